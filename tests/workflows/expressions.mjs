// Evaluates expressions of GitHub Actions: {expressions, contexts, status} comes in as JSON, a list of values goes out.
import { readFileSync } from "node:fs";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

const asked = JSON.parse(readFileSync(0, "utf8"));
const contexts = JSON.parse(JSON.stringify(asked.contexts), data.reviver);
const functions = Object.entries(asked.status).map(([name, value]) => ({
  name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value),
}));
functions.push({ name: "hashFiles", minArgs: 1, maxArgs: 255, call: () => new data.StringData("hash") });
const known = new Map(functions.map((one) => [one.name.toLowerCase(), one]));

const values = asked.expressions.map((text) => {
  const tree = new Parser(new Lexer(text).lex().tokens, Object.keys(asked.contexts), functions).parse();
  return new Evaluator(tree, contexts, known).evaluate();
});
console.log(JSON.stringify(values, data.replacer));
