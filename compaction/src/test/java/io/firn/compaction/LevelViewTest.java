package io.firn.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LevelViewTest {

  @RegisterExtension final Seeds seeds = new Seeds();

  @Test
  void levelsBelowZeroNeverOverlapWhateverTheHintsSay() {
    Random random = seeds.random();
    for (int round = 0; round < 300; round++) {
      List<CompactionFile> files = randomFiles(random, 30);
      LevelView view = LevelView.of(files, Map.of("f3", 2, "f4", 0), 4);
      assertThat(view.files()).containsExactlyInAnyOrderElementsOf(files);
      for (int level = 1; level < 4; level++) {
        List<CompactionFile> run = view.level(level);
        for (int i = 1; i < run.size(); i++) {
          assertThat(run.get(i - 1).range().overlaps(run.get(i).range())).isFalse();
          assertThat(run.get(i - 1).range().first()[0])
              .isLessThanOrEqualTo(run.get(i).range().first()[0]);
        }
      }
    }
  }

  @Test
  void anOverrideCountsMoreThanTheHint() {
    LevelView view = LevelDiagram.parse("L0: a[10-20] b[30-40]").view();
    LevelView moved = LevelView.of(view.files(), Map.of("b", 2), 4);
    assertThat(moved.level(0)).extracting(CompactionFile::path).containsExactly("a");
    assertThat(moved.level(2)).extracting(CompactionFile::path).containsExactly("b");
  }

  @Test
  void afterAnOpenFilesThatOverlapNoOtherCountAsLevelOneAgain() {
    LevelDiagram diagram =
        LevelDiagram.parse("L1: x[50-60]\nL0: a[10-20] b[15-30] c[31-40]/50% d[55-70] e[71-80]");
    Map<String, Integer> overrides = LevelView.rederiveOverrides(diagram.files.values(), 4);
    assertThat(overrides).isEqualTo(Map.of("c", 1, "e", 1));
  }

  @Test
  void scoresFollowFilesBytesAndMaskedRows() {
    LevelDiagram diagram =
        LevelDiagram.parse(
            """
            options l0=4 base=400 multiplier=10 masked=0.2 dv=1000
            L0: a[10-20]/90% b[15-30]
            L1: c[10-20]:300 d[31-40]:500/50%
            L2: e[10-20]:1000/1%
            """);
    List<LevelScore> scores = LevelScore.of(diagram.view(), diagram.options);
    assertThat(scores.get(0).sizeScore()).isEqualTo(0.5);
    assertThat(scores.get(0).maskScore()).isEqualTo(0.9);
    assertThat(scores.get(1).sizeScore()).isEqualTo(2.0);
    assertThat(scores.get(1).maskScore()).isEqualTo(2.5);
    assertThat(scores.get(1).maskedRows()).isEqualTo(50);
    assertThat(scores.get(1).dvBytes()).isEqualTo(500);
    assertThat(scores.get(2).sizeScore()).isEqualTo(0.25);
    assertThat(scores.get(2).due()).isFalse();
    assertThat(scores.get(3).score()).isZero();
  }

  private static List<CompactionFile> randomFiles(Random random, int count) {
    List<CompactionFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte first = (byte) random.nextInt(100);
      byte last = (byte) Math.min(127, first + random.nextInt(20));
      files.add(
          new CompactionFile(
              "f" + i,
              CompactionFile.Origin.FIRN,
              random.nextInt(6),
              KeyRange.of(new byte[] {first}, new byte[] {last}),
              100,
              100,
              0,
              0,
              random.nextInt(10)));
    }
    return files;
  }
}
