package io.firn.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Planted bugs still fit their places, and the quickest of them are found. */
class PlantedBugsTest {

  @ParameterizedTest
  @EnumSource
  void everyBugFitsItsPlaceAndCompiles(PlantedBug bug) throws Exception {
    assertThat(PlantedCampaign.compile(bug)).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"LOG_RELEASED_BEFORE_THE_COMMIT", "ACKNOWLEDGED_BEFORE_SYNC"})
  void aPlantedBugIsFound(PlantedBug bug) throws Exception {
    PlantedCampaign.find(bug);
  }
}
