package io.firn.storages;

import java.net.URI;
import java.util.Map;
import org.apache.iceberg.aws.AwsClientFactories;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.S3Client;

/** An S3 server in this process that keeps one bucket in memory, for as long as the JVM lives. */
final class S3Server {

  static final String BUCKET = "lake";

  private static final String KEY = "firn-key";
  private static final String SECRET = "firn-secret";

  private final URI endpoint;

  private S3Server() throws Exception {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(new TransientNio2BlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .ignoreUnknownHeaders(true)
            .build();
    proxy.start();
    this.endpoint = URI.create("http://127.0.0.1:" + proxy.getPort());
    try (S3Client client = AwsClientFactories.from(properties()).s3()) {
      client.createBucket(request -> request.bucket(BUCKET));
    }
  }

  private static final class Holder {
    private static final S3Server SERVER = start();

    private static S3Server start() {
      try {
        return new S3Server();
      } catch (Exception e) {
        throw new IllegalStateException("The S3 server does not start", e);
      }
    }
  }

  static S3Server running() {
    return Holder.SERVER;
  }

  /** What a catalog needs to find the bucket. */
  Map<String, String> properties() {
    return Map.of(
        "io-impl",
        S3FileIO.class.getName(),
        "s3.endpoint",
        endpoint.toString(),
        "s3.path-style-access",
        "true",
        "s3.access-key-id",
        KEY,
        "s3.secret-access-key",
        SECRET,
        "client.region",
        "us-east-1");
  }
}
