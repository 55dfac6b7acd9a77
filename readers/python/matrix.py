"""Prints a table of engines and questions: matrix.py DIRECTORY, which holds ENGINE.jsonl files."""

import glob
import json
import os
import sys


def main(directory):
    with open(os.path.join(directory, "questions.json")) as file:
        expected = {question["id"]: question["expected"] for question in json.load(file)}
    engines = {}
    for path in sorted(glob.glob(os.path.join(directory, "*.jsonl"))):
        answers = {}
        with open(path) as file:
            for line in file:
                if line.startswith("{"):
                    answer = json.loads(line)
                    answers[answer["question"]] = answer
        engines[os.path.basename(path)[: -len(".jsonl")]] = answers
    wrong = []
    print("| question | " + " | ".join(engines) + " |")
    print("|---|" + "---|" * len(engines))
    for question, right in expected.items():
        cells = []
        for engine, answers in engines.items():
            answer = answers.get(question, {"error": "the program ended before"})
            if answer.get("answer") == right:
                cells.append("right")
            elif "answer" in answer:
                cells.append("**wrong**")
                wrong.append(f"{engine}: {question}: {answer['answer']} instead of {right}")
            else:
                cells.append("error")
                wrong.append(f"{engine}: {question}: {answer['error'][:400]}")
        print(f"| {question} | " + " | ".join(cells) + " |")
    print()
    for line in wrong:
        print("-", line)


if __name__ == "__main__":
    main(sys.argv[1])
