package io.firn.reliability;

import io.firn.engine.CompactionKind;
import io.firn.engine.FirnTable;
import io.firn.engine.WriteBatch;
import io.firn.error.WriteStalledException;
import io.firn.service.ServiceEnvironment;
import io.firn.storage.LocalStorage;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A thread that writes, reads, flushes and compacts on real files while another one interrupts it
 * without pause, and while the clock of the wall steps back and forth: every write is acknowledged,
 * no read fails, no file is closed under anybody.
 */
final class InterruptCampaign implements Campaign {

  @Override
  public String name() {
    return "interrupts";
  }

  @Override
  public String promise() {
    return "interrupts without pause, a clock that steps: no dead log, no failed commit";
  }

  @Override
  public int rounds() {
    return 60;
  }

  @Override
  public int everydayRounds() {
    return 1;
  }

  @Override
  public long run(Round round) throws Exception {
    Random random = round.random();
    Ledger ledger = new Ledger();
    LocalStorage storage = new LocalStorage();
    AtomicLong interrupts = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    Thread worker = Thread.currentThread();
    Thread interrupter =
        new Thread(
            () -> {
              while (!done.get()) {
                if (!worker.isInterrupted()) {
                  worker.interrupt();
                  interrupts.incrementAndGet();
                }
                Thread.onSpinWait();
              }
            });
    interrupter.setDaemon(true);
    interrupter.start();
    try (FirnTable table =
        Workload.table(storage, round.table())
            .environment(ServiceEnvironment.system().withTicker(new SteppingClock(round.seed())))
            .open()) {
      for (int i = 0; i < 200; i++) {
        step(table, ledger, random, i);
      }
    } finally {
      done.set(true);
      while (interrupter.isAlive()) {
        boolean ignored = Thread.interrupted();
      }
    }
    ledger.checkSnapshots(storage, round.table(), "interrupted");
    Ledger.checkSound(storage, round.table(), "interrupted");
    return interrupts.get();
  }

  /** Waiting for a flush may be interrupted; the flush goes on. */
  private static void flush(FirnTable table) {
    while (true) {
      try {
        table.flush();
        return;
      } catch (WriteStalledException e) {
        if (!(e.getCause() instanceof InterruptedException)) {
          throw e;
        }
        boolean ignored = Thread.interrupted();
      }
    }
  }

  private static void step(FirnTable table, Ledger ledger, Random random, int step) {
    List<Ledger.Change> changes =
        Workload.changes(random, ledger.attempted(), 1 + random.nextInt(20));
    WriteBatch batch = ledger.attempt(table, changes);
    table.write(batch);
    ledger.acknowledge();
    long key = random.nextInt(Workload.KEYS);
    if (!table.get(key).equals(Optional.ofNullable(ledger.state().get(key)))) {
      throw new AssertionError("step " + step + ": wrong row of key " + key);
    }
    if (step % 20 == 19) {
      flush(table);
      ledger.checkNewest(table, "step " + step);
    }
    if (step % 70 == 69) {
      flush(table);
      table.compact(CompactionKind.FULL);
      table.sweep();
    }
    boolean ignored = Thread.interrupted();
  }
}
