package io.firn.readers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The questions have the answers that Iceberg's own reader gives. */
class TablesTest {

  @TempDir Path directory;

  @Test
  void icebergsGenericReaderAnswersEveryQuestion() throws IOException {
    Tables.main(new String[] {directory.toString()});
    List<Question> questions = Answers.questions(directory);
    assertThat(questions).hasSize(17);
    for (Question question : questions) {
      assertThat(GenericReader.answer(question)).as(question.id()).isEqualTo(question.expected());
    }
  }
}
