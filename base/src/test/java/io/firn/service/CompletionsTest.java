package io.firn.service;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.StorageException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CompletionsTest {

  @Test
  void whoeverAskedForWorkGetsWhatItThrewAsItIs() {
    for (Throwable thrown :
        new Throwable[] {new StorageException("gone"), new StackOverflowError("deep")}) {
      CompletableFuture<Void> submitted = new CompletableFuture<>();
      submitted.completeExceptionally(thrown);
      assertThatThrownBy(() -> Completions.await(submitted)).isSameAs(thrown);
    }
    Completions.await(CompletableFuture.completedFuture(null));
  }
}
