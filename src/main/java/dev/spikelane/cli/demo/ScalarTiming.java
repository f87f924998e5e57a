package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.terminal.Relaunch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Times the demo's images with the scalar kernels, in a JVM of its own, because a JVM chooses its kernels once.
 *
 * @param millisecondsPerImage of the fastest pass; 0 if nothing was timed
 * @param note why nothing was timed; empty if something was
 */
record ScalarTiming(double millisecondsPerImage, String note) {

    private static final int SECONDS_OF_PASSES = 6;
    private static final int MOST_SECONDS = 10;

    /** Nothing is timed. */
    static ScalarTiming none(String reason) {
        return new ScalarTiming(0, "not timed: " + reason);
    }

    boolean isTimed() {
        return millisecondsPerImage > 0;
    }

    /** Runs the second JVM, for at most {@value #MOST_SECONDS} seconds; whatever fails there is a note here. */
    static ScalarTiming measure(DemoSettings settings, @Nullable Path images, int count) {
        if (images != null && !Files.isRegularFile(images)) {
            return none(images + " cannot be read twice");
        }
        List<String> arguments = List.of(
                images == null ? "" : images.toString(),
                String.valueOf(Math.min(count, settings.batch())),
                String.valueOf(settings.seed()),
                String.valueOf(settings.steps()),
                String.valueOf(settings.batch()),
                String.valueOf(settings.threads()));
        Path output = null;
        try {
            output = Files.createTempFile("spikelane-scalar", ".txt");
            Process process = new ProcessBuilder(
                            Relaunch.command(List.of("-Dspikelane.simd=scalar"), ScalarTiming.class, arguments))
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return result(process, output);
        } catch (IOException failure) {
            return none("a second JVM could not be started");
        } finally {
            delete(output);
        }
    }

    private static ScalarTiming result(Process process, Path output) throws IOException {
        try {
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                return none("the scalar kernels took more than " + MOST_SECONDS + " s");
            }
            String text = Files.readString(output, StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0
                    ? new ScalarTiming(Double.parseDouble(text), "")
                    : none("a second JVM ended with code " + process.exitValue());
        } catch (NumberFormatException noNumber) {
            return none("a second JVM printed no number");
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            return none("interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException stays) {
            // A few bytes in the folder for temporary files.
        }
    }

    /** What the second JVM does: it prints the milliseconds of an image in the fastest of some passes. */
    public static void main(String[] arguments) throws IOException {
        ImageSet all = arguments[0].isEmpty() ? ImageSet.sample() : ImageSet.read(Path.of(arguments[0]), null);
        ImageSet images = all.first(Integer.parseInt(arguments[1]));
        DemoSettings settings = new DemoSettings(
                Long.parseLong(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                SECONDS_OF_PASSES);
        double fastest = ImageRun.fastestPass(settings, images);
        System.out.println(String.format(Locale.ROOT, "%.6f", fastest / images.count() * 1e3));
    }
}
