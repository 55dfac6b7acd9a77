package io.firn.reliability;

import java.util.List;

/** All campaigns. */
public final class Campaigns {

  private static final List<Campaign> ALL =
      List.of(
          new KillCampaign(),
          new CrashCampaign(),
          new LogDamageCampaign(),
          new FileDamageCampaign(),
          new VerifyCampaign(),
          new FaultCampaign(),
          new FullDiskCampaign(),
          new JvmErrorCampaign(),
          new InterruptCampaign(),
          new MetamorphicCampaign(),
          new ContestCampaign(),
          new UnknownOutcomeCampaign(),
          new PinnedScanCampaign(),
          new StressCampaign(),
          new FuzzCampaign(),
          new PowerCutCampaign("ext4"),
          new PowerCutCampaign("xfs"),
          new DiskImageCampaign(),
          new FailingFsyncCampaign(),
          new PlantedCampaign());

  private Campaigns() {}

  /** Every campaign, in the order of the table that is printed. */
  public static List<Campaign> all() {
    return ALL;
  }

  /** The campaign of this name. */
  public static Campaign named(String name) {
    return ALL.stream()
        .filter(campaign -> campaign.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no campaign '"
                        + name
                        + "'; there are "
                        + ALL.stream().map(Campaign::name).toList()));
  }
}
