package io.firn.catalog;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** A JDBC catalog that loses the answer to the next commit, before or after its effect. */
public class UnreliableCatalog extends JdbcCatalog {

  /** When the answer is lost. */
  enum Fault {
    NONE,
    BEFORE,
    AFTER,
    AFTER_AND_GONE,
    ALWAYS_BEFORE
  }

  private record Plan(Fault fault, Consumer<Table> meanwhile) {}

  private static final AtomicReference<Plan> NEXT =
      new AtomicReference<>(new Plan(Fault.NONE, table -> {}));

  static void next(Fault fault) {
    next(fault, table -> {});
  }

  /** Lets another engine act between the effect and the lost answer. */
  static void next(Fault fault, Consumer<Table> meanwhile) {
    NEXT.set(new Plan(fault, meanwhile));
  }

  @Override
  protected TableOperations newTableOps(TableIdentifier identifier) {
    TableOperations reliable = super.newTableOps(identifier);
    return new TableOperations() {
      private boolean gone;

      @Override
      public TableMetadata current() {
        return reliable.current();
      }

      @Override
      public TableMetadata refresh() {
        if (gone && NEXT.get().fault() == Fault.AFTER_AND_GONE) {
          throw new IllegalArgumentException("the catalog is away");
        }
        return reliable.refresh();
      }

      @Override
      public void commit(TableMetadata base, TableMetadata metadata) {
        Plan plan = NEXT.get();
        if (plan.fault() == Fault.NONE) {
          reliable.commit(base, metadata);
          return;
        }
        if (plan.fault() == Fault.BEFORE || plan.fault() == Fault.AFTER) {
          NEXT.set(new Plan(Fault.NONE, table -> {}));
        }
        if (plan.fault() == Fault.AFTER || plan.fault() == Fault.AFTER_AND_GONE) {
          reliable.commit(base, metadata);
          TableOperations other = UnreliableCatalog.super.newTableOps(identifier);
          plan.meanwhile().accept(new BaseTable(other, "other"));
        }
        gone = true;
        throw new CommitStateUnknownException(new RuntimeException("the answer was lost"));
      }

      @Override
      public FileIO io() {
        return reliable.io();
      }

      @Override
      public String metadataFileLocation(String fileName) {
        return reliable.metadataFileLocation(fileName);
      }

      @Override
      public LocationProvider locationProvider() {
        return reliable.locationProvider();
      }
    };
  }
}
