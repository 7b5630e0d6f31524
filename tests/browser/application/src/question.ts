/** Asks the user to log in again; all requests that need it wait for the same login. */
export class LoginQuestion {
  #open: { promise: Promise<void>; resolve: () => void; reject: (why: Error) => void } | null = null;

  /** Called when the question is asked, and when it is settled. */
  onChange: (isOpen: boolean) => void = () => {};

  /** Resolves when the user has logged in; rejects if they cancel. */
  ask(): Promise<void> {
    if (this.#open === null) {
      let [resolve, reject] = [() => {}, (_why: Error) => {}];
      const promise = new Promise<void>((yes, no) => {
        [resolve, reject] = [yes, no];
      });
      this.#open = { promise, resolve, reject };
      this.onChange(true);
    }
    return this.#open.promise;
  }

  answer(): void {
    this.#close()?.resolve();
  }

  refuse(): void {
    this.#close()?.reject(new NotLoggedIn());
  }

  #close() {
    const open = this.#open;
    this.#open = null;
    this.onChange(false);
    return open;
  }
}

export class NotLoggedIn extends Error {}
