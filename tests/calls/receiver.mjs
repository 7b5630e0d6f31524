// A receiver of call events, written without any code of this project: prints its URL, then signs off one call.
//
// It parses the form itself, and takes a call as told completely when the events of its number are there in order with
// what receivers rely on: one CallID and SubCallID, EventTime in microseconds, Duration as the time between answer and hangup.
import { createServer } from "node:http";

const stages = ["dial-in", "answer", "hangup"];
const statuses = { "dial-in": "CALLING", answer: "ANSWER", hangup: "ANSWER" };

function parse(body) {
  const found = new Map();
  for (const pair of body.split("&")) {
    const [name, value] = pair.split("=").map((part) => decodeURIComponent(part.replaceAll("+", " ")));
    if (found.has(name)) throw new Error(`${name} comes twice`);
    found.set(name, value);
  }
  return found;
}

function problem(events) {
  const [dial, answer, hangup] = events;
  for (const [index, event] of events.entries()) {
    if (event.get("EventType") !== stages[index]) return `event ${index} is ${event.get("EventType")}`;
    if (event.get("CallStatus") !== statuses[stages[index]]) return `CallStatus is ${event.get("CallStatus")}`;
    for (const same of ["CallID", "SubCallID", "CallerIDNum", "CalledNumber", "CalledExtensionID"])
      if (!event.get(same) || event.get(same) !== dial.get(same)) return `${same} is ${event.get(same)}`;
  }
  const talk = BigInt(hangup.get("EventTime")) - BigInt(answer.get("EventTime"));
  if (String(talk) !== hangup.get("Duration")) return `Duration is ${hangup.get("Duration")}, not ${talk}`;
  return null;
}

const events = [];
const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part) => (body += part)).on("end", () => {
    const secret = new URL(request.url, "http://receiver").searchParams.get("secret");
    const form = request.headers["content-type"] === "application/x-www-form-urlencoded";
    response.statusCode = request.method === "POST" && form && secret === "s p" ? 200 : 403;
    response.end("<Response/>");
    if (response.statusCode === 200) events.push(parse(body));
    if (events.length < stages.length) return;
    const wrong = problem(events);
    console.log(wrong ?? `signed off: ${events[2].get("CallerIDName")} talked for ${events[2].get("Duration") / 1e6} s`);
    server.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/hook?secret=s%20p`));
