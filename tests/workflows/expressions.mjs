// Evaluates expressions of GitHub Actions: each line that comes in is {expressions, contexts, status} in JSON, and the
// line that goes out for it is {values} or {error}.
import { createInterface } from "node:readline";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

function evaluate(asked) {
  const contexts = JSON.parse(JSON.stringify(asked.contexts), data.reviver);
  const functions = Object.entries(asked.status).map(([name, value]) => ({
    name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value),
  }));
  functions.push({ name: "hashFiles", minArgs: 1, maxArgs: 255, call: () => new data.StringData("hash") });
  const known = new Map(functions.map((one) => [one.name.toLowerCase(), one]));
  return asked.expressions.map((text) => {
    const tree = new Parser(new Lexer(text).lex().tokens, Object.keys(asked.contexts), functions).parse();
    return new Evaluator(tree, contexts, known).evaluate();
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { values: evaluate(JSON.parse(line)) };
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer, data.replacer));
}
