import { render } from "preact";

import { connect } from "../../client/api";
import { App } from "./App";
import { tabMemory } from "./memory";
import { placeOf } from "./place";
import { LoginQuestion } from "./question";
import "./style.css";

const place = placeOf(location.search);
const question = new LoginQuestion();
const connection = connect(place, tabMemory(place), () => question.ask());
render(<App place={place} connection={connection} question={question} />, document.body);
