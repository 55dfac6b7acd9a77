package io.firn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.firn.error.InvalidArgumentException;
import io.firn.service.BackgroundService;
import io.firn.service.Offer;
import io.firn.service.ServiceOptions;
import io.firn.service.ServiceState;
import io.firn.service.WorkOutcome;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** Starting, stopping and offering work are single steps, in any order and on any threads. */
class ServiceLinearizabilityTest {

  /** A service with one worker. */
  @Param(name = "key", gen = IntGen.class, conf = "0:2")
  public static class Subject {
    private final BackgroundService service =
        new BackgroundService(ServiceOptions.named("linearizability"));
    private final AtomicInteger running = new AtomicInteger();

    /** True if this call has started it; somebody else's stop is waited for. */
    @Operation
    public boolean start() {
      while (true) {
        try {
          service.start();
          return true;
        } catch (InvalidArgumentException e) {
          if (service.state() == ServiceState.RUNNING) {
            return false;
          }
          Thread.onSpinWait();
        }
      }
    }

    @Operation
    public void stop() {
      service.stop();
    }

    @Operation
    public boolean offer(@Param(name = "key") int key) {
      Offer offer =
          service.offer(
              key,
              context -> {
                running.incrementAndGet();
                running.decrementAndGet();
                return WorkOutcome.DONE;
              });
      return offer.accepted();
    }

    /** At the end. */
    @Validate
    public void nobodyWorksAfterAStop() {
      service.stop();
      assertThat(running.get()).isZero();
      assertThat(service.stats().workers()).isZero();
      assertThat(service.stats().failed()).isZero();
    }
  }

  /** A flag. */
  public static class Model {
    private boolean running;

    public boolean start() {
      boolean before = running;
      running = true;
      return !before;
    }

    public void stop() {
      running = false;
    }

    public boolean offer(int ignoredKey) {
      return running;
    }
  }

  @Test
  void startingStoppingAndOfferingAreSingleSteps() throws Exception {
    Linearizability.check(Subject.class, Model.class, 8, 60);
  }
}
