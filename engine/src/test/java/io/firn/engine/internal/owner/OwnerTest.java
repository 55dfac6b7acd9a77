package io.firn.engine.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firn.error.ClosedException;
import io.firn.error.InvalidArgumentException;
import io.firn.error.LockedException;
import io.firn.error.StorageException;
import io.firn.error.WriteStalledException;
import io.firn.storage.LocalStorage;
import io.firn.storage.Storage;
import io.firn.testkit.LeakCheck;
import io.firn.testkit.Patience;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class OwnerTest {

  @RegisterExtension final LeakCheck leaks = LeakCheck.threadsNamed("firn-");
  @TempDir Path temp;

  private Storage storage;
  private String directory;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void prepare() {
    storage = leaks.track(new LocalStorage());
    directory = temp.resolve("_firn").toString();
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T open(T closeable) {
    opened.add(closeable);
    return closeable;
  }

  private ControlServer serve(ControlHandler handler) {
    OwnerLock lock = open(OwnerLock.take(storage, directory));
    return open(ControlServer.start(lock, directory, handler));
  }

  private ControlClient client() {
    return ControlClient.find(storage, directory).orElseThrow();
  }

  @Test
  void aSecondOwnerInThisProcessIsRefusedAndToldWhoHasIt() {
    OwnerLock lock = open(OwnerLock.take(storage, directory));
    assertThatThrownBy(() -> OwnerLock.take(storage, directory))
        .isInstanceOf(LockedException.class)
        .hasMessageContaining("process " + ProcessHandle.current().pid() + " on ")
        .hasMessageContaining(directory + "/LOCK");
    lock.close();
    lock.close();
    assertThat(temp.resolve("_firn/owner")).doesNotExist();
    open(OwnerLock.take(storage, directory));
  }

  private Process otherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OwnerProcess.class.getName(),
                directory)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    open(() -> process.destroyForcibly().waitFor());
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("owned");
    return process;
  }

  @Test
  void anOwnerInAnotherProcessIsRespectedAskedAndOutlivedWhenItIsKilled() throws Exception {
    Process other = otherProcess();
    assertThatThrownBy(() -> OwnerLock.take(storage, directory))
        .isInstanceOf(LockedException.class)
        .hasMessageContaining("process " + other.pid() + " on ");
    assertThat(client().description()).contains("process " + other.pid());
    assertThat(client().request("compact", Map.of("kind", "FULL")))
        .isEqualTo("compact {kind=FULL}");

    other.destroyForcibly().waitFor();
    assertThat(temp.resolve("_firn/owner")).exists();
    assertThat(ControlClient.find(storage, directory)).isEmpty();
    ControlServer server = serve((verb, arguments) -> "mine");
    assertThat(client().request("stats", Map.of())).isEqualTo("mine");
    assertThat(server.socket()).startsWith(directory);
  }

  @Test
  void withoutAnOwnerNobodyIsFound() throws Exception {
    assertThat(ControlClient.find(storage, directory)).isEmpty();
    Files.createDirectories(Path.of(directory));
    Files.writeString(temp.resolve("_firn/owner"), "pid=x\nhost=a\nsince=never\n");
    assertThat(ControlClient.find(storage, directory)).isEmpty();
    assertThat(OwnerLock.read(storage, directory)).isEmpty();
  }

  @Test
  void requestsAndAnswersOfAnyTextArriveWhole() {
    String longText = "line one\nüñî ".repeat(50_000);
    serve((verb, arguments) -> arguments.containsKey("long") ? longText : verb + arguments);
    assertThat(client().request("flush", Map.of())).isEqualTo("flush{}");
    assertThat(client().request("a", Map.of("b", "c=d"))).isEqualTo("a{b=c=d}");
    assertThat(client().request("a", Map.of("long", "true"))).isEqualTo(longText);
    assertThatThrownBy(() -> client().request("two words", Map.of()))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void anErrorOfTheOwnerIsThrownWithItsKindAndMessage() {
    serve(
        (verb, arguments) -> {
          throw new StorageException("no space on /data");
        });
    assertThatThrownBy(() -> client().request("flush", Map.of()))
        .isInstanceOf(StorageException.class)
        .hasMessage("no space on /data");
  }

  @Test
  void bytesThatAreNoRequestAreAnsweredWithAnErrorAndHarmNothing() throws Exception {
    ControlServer server = serve((verb, arguments) -> "fine");
    for (String request : List.of("\n", "GET / HTTP/1.1\n", "firn/1 a b\n", "x".repeat(5000))) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(server.socket()));
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> ControlProtocol.readAnswer(Channels.newInputStream(channel)))
            .isInstanceOf(InvalidArgumentException.class);
      }
    }
    try (SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.connect(UnixDomainSocketAddress.of(server.socket()));
    }
    assertThat(client().request("a", Map.of())).isEqualTo("fine");
  }

  @Test
  void onlyThisUserCanReachTheSocketAlsoWhenThePathIsTooLongForOne() throws Exception {
    for (String name : List.of("short", "long".repeat(40))) {
      directory = temp.resolve(name).resolve("_firn").toString();
      ControlServer server = serve((verb, arguments) -> "fine");
      Path own = Path.of(server.socket()).getParent();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
          .isEqualTo("rwx------");
      assertThat(client().request("a", Map.of())).isEqualTo("fine");
      server.close();
      server.close();
      assertThat(own).doesNotExist();
      assertThat(ControlClient.find(storage, directory)).isEmpty();
    }
  }

  @Test
  void aRequestInProgressGetsItsAnswerWhenTheOwnerCloses() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    ControlServer server =
        serve(
            (verb, arguments) -> {
              asked.countDown();
              await(done);
              return "done";
            });
    open(done::countDown);
    ControlClient client = client();
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(() -> client.request("compact", Map.of()));
    asked.await();
    try (SocketChannel idle = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      idle.connect(UnixDomainSocketAddress.of(server.socket()));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      Patience.until(() -> ControlClient.find(storage, directory).isEmpty());
      done.countDown();
      assertThat(answer.get()).isEqualTo("done");
      closing.get();
    }
    assertThatThrownBy(() -> client.request("stats", Map.of()))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("went away");
  }

  @Test
  void moreRequestsThanAllowedAreToldToComeBackAndThePingIsStillAnswered() throws Exception {
    CountDownLatch asked = new CountDownLatch(ControlServer.REQUESTS_MAX);
    CountDownLatch done = new CountDownLatch(1);
    serve(
        (verb, arguments) -> {
          asked.countDown();
          await(done);
          return "done";
        });
    open(done::countDown);
    ControlClient client = client();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < ControlServer.REQUESTS_MAX; i++) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      answers.add(answer);
      threads.add(new Thread(() -> answer.complete(client.request("compact", Map.of()))));
      threads.get(i).start();
    }
    asked.await();
    assertThatThrownBy(() -> client.request("stats", Map.of()))
        .isInstanceOf(WriteStalledException.class)
        .hasMessageContaining("try again");
    assertThat(ControlClient.find(storage, directory)).isPresent();
    done.countDown();
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).get()).isEqualTo("done");
      threads.get(i).join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
