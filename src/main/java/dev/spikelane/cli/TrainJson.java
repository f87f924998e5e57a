package dev.spikelane.cli;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.train.EpochResult;
import dev.spikelane.train.Evaluation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The results of training and evaluation for machines. */
final class TrainJson {

    private TrainJson() {}

    static String of(String preset, TrainingData data, List<EpochResult> history, Evaluation test, Path model) {
        JsonWriter json = new JsonWriter().object();
        json.name("spikelane").value(Main.version()).name("preset").value(preset);
        json.name("data").value(data.name());
        json.name("history").array();
        for (EpochResult each : history) {
            json.object().name("epoch").value(each.epoch()).name("rate").value(each.rate());
            json.finite("loss", each.loss()).finite("accuracy", each.accuracy());
            json.finite("validation_loss", each.validationLoss());
            json.finite("validation_accuracy", each.validationAccuracy());
            json.finite("samples_per_second", each.samplesPerSecond()).end();
        }
        json.end().name("test").object();
        evaluation(test, json);
        return json.end().name("model").value(model.toString()).end().text();
    }

    /** The fields of an evaluation, inside an object. */
    static void evaluation(Evaluation evaluation, JsonWriter json) {
        json.name("images").value(evaluation.samples()).finite("accuracy", evaluation.accuracy());
        json.name("decoding").value(evaluation.decoding().toString());
        json.finite("loss", evaluation.loss());
        json.name("spikes_per_image").object();
        evaluation.spikes().forEach((name, count) -> json.name(name).value(count));
        json.end();
        json.name("synaptic_operations_per_image").value(evaluation.synapticOperations());
        json.name("dense_operations").value(evaluation.denseOperations());
        json.name("dense_operations_of_steps").value(evaluation.denseOperationsOfSteps());
        confusion(evaluation.confusion(classes(evaluation)), json);
    }

    static void confusion(int[][] matrix, JsonWriter json) {
        json.name("confusion").array();
        for (int[] row : matrix) {
            json.integers(Arrays.stream(row).boxed().toList());
        }
        json.end();
    }

    /** As many classes as labels and verdicts name. */
    static int classes(Evaluation evaluation) {
        int most = 0;
        for (int label : evaluation.labels()) {
            most = Math.max(most, label);
        }
        for (int found : evaluation.classes()) {
            most = Math.max(most, found);
        }
        return most + 1;
    }
}
