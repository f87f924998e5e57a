package dev.spikelane.train.run;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The results of training, epoch by epoch.
 *
 * @param epochs results in order
 */
public record History(List<EpochNumbers> epochs) {

    private static final String HEADER =
            "epoch,rate,loss,accuracy,validation_loss,validation_accuracy,samples,seconds,samples_per_second,"
                    + "observer_seconds,gradient_norm";

    private String csv() {
        StringBuilder text = new StringBuilder(HEADER);
        Set<String> populations =
                epochs.isEmpty() ? Set.of() : epochs.getFirst().spikeRates().keySet();
        populations.forEach(name -> text.append(',').append(quoted("spike_rate." + name)));
        text.append('\n');
        for (EpochNumbers each : epochs) {
            text.append(each.epoch());
            for (double number : new double[] {
                each.rate(), each.loss(), each.accuracy(), each.validationLoss(), each.validationAccuracy()
            }) {
                text.append(',').append(field(number));
            }
            text.append(',').append(each.samples());
            for (double number :
                    new double[] {each.seconds(), each.samplesPerSecond(), each.observerSeconds(), each.gradientNorm()
                    }) {
                text.append(',').append(field(number));
            }
            for (double rate : each.spikeRates().values()) {
                text.append(',').append(field(rate));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String quoted(String name) {
        return name.matches("[^,\"\r\n]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String field(double number) {
        return Double.isFinite(number) ? String.valueOf(number) : "";
    }

    /** Returns an array of objects with the names of the table; missing numbers are left out. */
    private String json() {
        JsonWriter json = new JsonWriter().array();
        for (EpochNumbers each : epochs) {
            json.object().name("epoch").value(each.epoch()).name("rate").value(each.rate());
            json.finite("loss", each.loss()).finite("accuracy", each.accuracy());
            json.finite("validation_loss", each.validationLoss());
            json.finite("validation_accuracy", each.validationAccuracy());
            json.name("samples").value(each.samples()).name("seconds").value(each.seconds());
            json.finite("samples_per_second", each.samplesPerSecond());
            json.name("observer_seconds").value(each.observerSeconds());
            json.finite("gradient_norm", each.gradientNorm())
                    .name("spike_rates")
                    .object();
            each.spikeRates().forEach(json::finite);
            json.end().end();
        }
        return json.end().text();
    }

    public void write(Path file) throws IOException {
        String name = file.toString();
        if (!name.endsWith(".csv") && !name.endsWith(".json")) {
            throw new IllegalArgumentException("history is to be written to " + file + ", expected .csv or .json");
        }
        byte[] text = (name.endsWith(".csv") ? csv() : json() + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, text);
    }
}
