package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.Checkout;
import dev.spikelane.Users;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's bridge to Micrometer compiles against the used part of that library. */
@Users
final class MetricsPageTest {

    private static final String MICROMETER = """
            package io.micrometer.core.instrument;

            public abstract class MeterRegistry {
                public abstract DistributionSummary summary(String name, String... tags);

                public interface DistributionSummary {
                    void record(double amount);
                }
            }
            """;

    private static final String IMPORTS = """
            import dev.spikelane.network.*;
            import dev.spikelane.session.SessionPool;
            import io.micrometer.core.instrument.MeterRegistry;

            """;

    @Test
    void theBridgeToMicrometerCompiles(@TempDir Path folder) throws IOException {
        String page = Files.readString(Checkout.file("src/site/markdown/service.md"));
        int start = page.indexOf("class Metered");
        String program = page.substring(start, page.indexOf("```", start));
        Path library = Files.createDirectories(folder.resolve(Path.of("io", "micrometer", "core", "instrument")));
        StringWriter errors = new StringWriter();
        PrintWriter printed = new PrintWriter(errors);
        int code = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        printed,
                        printed,
                        "-proc:none",
                        "-d",
                        folder.toString(),
                        "-cp",
                        Path.of("target", "classes") + File.pathSeparator + System.getProperty("java.class.path"),
                        Files.writeString(library.resolve("MeterRegistry.java"), MICROMETER)
                                .toString(),
                        Files.writeString(folder.resolve("Metered.java"), IMPORTS + program)
                                .toString());
        assertEquals(0, code, errors.toString());
    }
}
