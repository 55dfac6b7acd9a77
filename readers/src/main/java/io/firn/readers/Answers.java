package io.firn.readers;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks an engine all questions and prints what it says, a JSON object a line. */
final class Answers {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** An engine that can be asked. */
  interface Engine {
    String answer(Question question) throws Exception;
  }

  private Answers() {}

  static List<Question> questions(Path directory) throws IOException {
    return List.of(JSON.readValue(directory.resolve("questions.json").toFile(), Question[].class));
  }

  static void print(Path directory, Engine engine) throws IOException {
    for (Question question : questions(directory)) {
      Map<String, String> line = new LinkedHashMap<>();
      line.put("question", question.id());
      try {
        line.put("answer", engine.answer(question));
      } catch (Exception | LinkageError e) {
        line.put("error", String.valueOf(e));
      }
      System.out.println(JSON.writeValueAsString(line));
    }
  }
}
