package dev.spikelane.train;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * What training has come to, epoch by epoch.
 *
 * @param epochs results, the first epoch first
 */
public record History(List<EpochResult> epochs) {

    private static final String HEADER =
            "epoch,rate,loss,accuracy,validation_loss,validation_accuracy,samples,seconds,samples_per_second,observer_seconds";

    /** Makes a history. */
    public History {
        Objects.requireNonNull(epochs, "epochs");
        epochs = List.copyOf(epochs);
    }

    /**
     * Returns one number of each epoch, for a plot.
     *
     * @param number which, such as {@code EpochResult::loss}
     * @return an array of its own
     */
    public double[] curve(ToDoubleFunction<EpochResult> number) {
        Objects.requireNonNull(number, "number");
        return epochs.stream().mapToDouble(number).toArray();
    }

    /**
     * Returns a table with a line for each epoch.
     *
     * @return lines of comma-separated values, the first of which names them; fields of numbers that nobody computed are empty
     */
    public String csv() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (EpochResult each : epochs) {
            text.append(each.epoch());
            for (double number : new double[] {
                each.rate(), each.loss(), each.accuracy(), each.validationLoss(), each.validationAccuracy()
            }) {
                text.append(',').append(field(number));
            }
            text.append(',').append(each.samples());
            for (double number : new double[] {each.seconds(), each.samplesPerSecond(), each.observerSeconds()}) {
                text.append(',').append(field(number));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String field(double number) {
        return Double.isFinite(number) ? String.valueOf(number) : "";
    }

    /**
     * Returns an array with an object for each epoch, whose names are those of {@link #csv}.
     *
     * @return JSON text
     */
    public String json() {
        JsonWriter json = new JsonWriter().array();
        for (EpochResult each : epochs) {
            json.object().name("epoch").value(each.epoch()).name("rate").value(each.rate());
            json.name("loss").value(each.loss()).name("accuracy").value(each.accuracy());
            json.name("validation_loss").value(each.validationLoss());
            json.name("validation_accuracy").value(each.validationAccuracy());
            json.name("samples").value(each.samples()).name("seconds").value(each.seconds());
            json.name("samples_per_second").value(each.samplesPerSecond());
            json.name("observer_seconds").value(each.observerSeconds()).end();
        }
        return json.end().text();
    }

    /**
     * Writes the history as a whole or not at all.
     *
     * @param file ends in {@code .csv} or {@code .json}
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if it has another ending
     */
    public void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        String name = file.toString();
        if (!name.endsWith(".csv") && !name.endsWith(".json")) {
            throw new IllegalArgumentException("history is to be written to " + file + ", expected .csv or .json");
        }
        byte[] text = (name.endsWith(".csv") ? csv() : json() + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(text)));
    }
}
