package io.firn.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class MaintenanceGateTest {

  private final ManualTicker ticker = new ManualTicker();
  private final MaintenanceGate gate = new MaintenanceGate(ticker, 2, Duration.ofSeconds(1));

  @Test
  void maintenanceEntersTogether() {
    MaintenanceGate.Pass first = gate.tryEnter();
    MaintenanceGate.Pass second = gate.tryEnter();
    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
    first.close();
    first.close();
    second.close();
    gate.enterExclusive().close();
  }

  @Test
  void maintenanceSkipsItsTurnWhileSomethingExclusiveRunsAndIsCounted() {
    MaintenanceGate.Pass exclusive = gate.enterExclusive();
    assertThat(gate.tryEnter()).isNull();
    assertThat(gate.tryEnter()).isNull();
    assertThat(gate.skips()).isEqualTo(2);
    exclusive.close();
    MaintenanceGate.Pass pass = gate.tryEnter();
    assertThat(pass).isNotNull();
    pass.close();
    assertThat(gate.skips()).isEqualTo(2);
  }

  @Test
  void anExclusiveOperationWaitsForThoseInsideAndKeepsNewcomersOut() throws Exception {
    MaintenanceGate.Pass inside = gate.tryEnter();
    CompletableFuture<MaintenanceGate.Pass> exclusive =
        CompletableFuture.supplyAsync(gate::enterExclusive);
    MaintenanceGate.Pass newcomer = gate.tryEnter();
    while (newcomer != null) {
      newcomer.close();
      newcomer = gate.tryEnter();
    }
    assertThat(exclusive).isNotDone();
    inside.close();
    exclusive.get().close();
  }

  @Test
  void afterSomeSkipsMaintenanceWaitsAndGetsItsTurnBeforeTheNextExclusiveOperation()
      throws Exception {
    MaintenanceGate.Pass exclusive = gate.enterExclusive();
    assertThat(gate.tryEnter()).isNull();
    assertThat(gate.tryEnter()).isNull();
    CompletableFuture<MaintenanceGate.Pass> patient = CompletableFuture.supplyAsync(gate::tryEnter);
    ticker.awaitWaiters(1);
    CompletableFuture<MaintenanceGate.Pass> next =
        CompletableFuture.supplyAsync(gate::enterExclusive);
    exclusive.close();
    MaintenanceGate.Pass turn = patient.get();
    assertThat(turn).isNotNull();
    assertThat(next).isNotDone();
    turn.close();
    next.get().close();
  }

  @Test
  void maintenanceThatIsAskedForWaitsForItsTurnBeforeTheNextExclusiveOperation() throws Exception {
    gate.enter().close();
    MaintenanceGate.Pass exclusive = gate.enterExclusive();
    CompletableFuture<MaintenanceGate.Pass> asked = CompletableFuture.supplyAsync(gate::enter);
    while (gate.patient() == 0) {
      Thread.onSpinWait();
    }
    CompletableFuture<MaintenanceGate.Pass> next =
        CompletableFuture.supplyAsync(gate::enterExclusive);
    assertThat(asked).isNotDone();
    exclusive.close();
    MaintenanceGate.Pass turn = asked.get();
    assertThat(next).isNotDone();
    turn.close();
    next.get().close();
    assertThat(gate.skips()).isZero();
  }

  @Test
  void theWaitIsBounded() throws Exception {
    MaintenanceGate.Pass exclusive = gate.enterExclusive();
    assertThat(gate.tryEnter()).isNull();
    assertThat(gate.tryEnter()).isNull();
    CompletableFuture<MaintenanceGate.Pass> patient = CompletableFuture.supplyAsync(gate::tryEnter);
    ticker.awaitWaiters(1);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(patient.get()).isNull();
    assertThat(gate.skips()).isEqualTo(3);
    exclusive.close();
  }
}
