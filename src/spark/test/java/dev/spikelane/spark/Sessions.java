package dev.spikelane.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import scala.Option;

/**
 * For {@code @ExtendWith}: the Spark session of a test JVM, under the master of the property {@code spikelane.spark.master}: {@code local[2,3]}, two threads and
 * three tries, or
 * {@code local-cluster[2,1,1024]}, whose executors are JVMs of their own. Tests with the tag {@code local} or
 * {@code cluster} run under one of them alone. It is stopped behind the last test, before executors hear of the end of
 * this JVM and are started anew.
 */
final class Sessions implements BeforeAllCallback {

    private static final String MASTER = System.getProperty("spikelane.spark.master", "local[2,3]");

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).getOrComputeIfAbsent(Sessions.class, _ ->
                (AutoCloseable) Sessions::stop);
    }

    /** The session that tests share; made at the first call. */
    static SparkSession shared() {
        return builder(MASTER).getOrCreate();
    }

    /** Ends the session that is there, if any: one is alive at a time. */
    static void stop() {
        Option<SparkSession> known = SparkSession.getDefaultSession();
        if (known.isDefined()) {
            known.get().stop();
        }
    }

    static boolean isCluster() {
        return MASTER.startsWith("local-cluster");
    }

    /** Ends an executor that this JVM started, after some milliseconds, and returns its process. */
    static List<Long> killExecutor(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .limit(1)
                .filter(ProcessHandle::destroyForcibly)
                .map(ProcessHandle::pid)
                .toList();
    }

    /** The class path of this JVM for others, which are started in folders of their own. */
    static String classPath() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath().normalize().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** What makes a session under another master; one session is alive at a time. */
    static SparkSession.Builder builder(String master) {
        try {
            Path folder = Files.createDirectories(Path.of("target", "spark").toAbsolutePath());
            return SparkSession.builder()
                    .master(master)
                    .appName("test")
                    .config("spark.ui.enabled", false)
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.worker.timeout", 600) // a machine that pauses is no worker that died
                    .config("spark.network.timeout", "600s")
                    .config("spark.sql.shuffle.partitions", 4)
                    .config("spark.local.dir", folder.toString())
                    .config(
                            "spark.sql.warehouse.dir",
                            folder.resolve("warehouse").toString())
                    .config("spark.executor.extraClassPath", classPath());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }
}
