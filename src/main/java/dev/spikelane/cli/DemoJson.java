package dev.spikelane.cli;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.kernel.Simd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The results of the demo for machines: one JSON object. */
final class DemoJson {

    private DemoJson() {}

    static String of(DemoResults results, @Nullable Path report, @Nullable Path folder) {
        JsonWriter json = new JsonWriter().object();
        json.name("spikelane").value(Main.version()).name("simd").value(Simd.describe());
        settings(results.settings(), json);
        json.name("neurons").array();
        for (Trace trace : results.traces()) {
            json.object().name("name").value(trace.title());
            json.name("spike_steps").integers(trace.spikeSteps()).end();
        }
        json.end();
        json.name("tutorial").object();
        counts(results.tutorial(), 0, json);
        densities(results.tutorial(), json);
        json.end();
        images(results.images(), json);
        path("report", report, json);
        path("recordings", folder, json);
        return json.end().text();
    }

    private static void settings(DemoSettings settings, JsonWriter json) {
        json.name("settings").object();
        json.name("seed").value(settings.seed()).name("steps").value(settings.steps());
        json.name("batch").value(settings.batch()).name("threads").value(settings.threads());
        json.name("warm_up_seconds").value(settings.warmUp()).end();
    }

    private static void images(ImageRun.Result result, JsonWriter json) {
        ImageSet images = result.images();
        NetworkResult network = result.network();
        json.name("images").object().name("source").value(images.name());
        json.name("size").value(images.size()).name("count").value(images.count());
        densities(network, json);
        time("encode_ms_per_image", result.encoding(), json);
        time("network_ms_per_image", result.inNetwork(), json);
        json.name("settled").value(result.times().settled());
        json.name("machine_busy").value(result.times().busy());
        json.name("kernels").strings(network.kernels());
        Recognition recognition = result.recognition();
        json.name("weights").value(recognition.isTrained() ? ImageRun.WEIGHTS : "random");
        if (recognition.isJudged()) {
            json.name("decoding").value(ImageRun.DECODING.toString());
            json.name("accuracy").value(recognition.accuracy());
            json.name("recognized").value(recognition.found().size());
            json.name("accuracy_of_recognized").value(recognition.accuracyOfAll());
            TrainJson.confusion(recognition.confusion(), json);
        }
        json.name("results").array();
        for (int image = 0; image < images.count(); image++) {
            json.object();
            if (!images.label(image).isEmpty()) {
                json.name("label").value(images.label(image));
            }
            counts(network, image, json);
            if (recognition.isTrained() && recognition.found().get(image) >= 0) {
                json.name("recognized_as")
                        .value(images.nameOf(recognition.found().get(image)));
            }
            if (recognition.isJudged()) {
                json.name("right").value(recognition.isRight(image));
            }
            json.end();
        }
        json.end().end();
    }

    private static void counts(NetworkResult result, int sample, JsonWriter json) {
        List<Integer> counts = result.counts().get(sample);
        json.name("counts").integers(counts).name("fires_most").value(result.winner(sample));
    }

    /** The median, and how far the passes lie apart; nothing if there were none. */
    private static void time(String name, Optional<PassTimes.Spread> time, JsonWriter json) {
        time.ifPresent(spread -> {
            json.name(name).value(spread.median());
            json.name(name + "_fastest").value(spread.fastest());
            json.name(name + "_slowest").value(spread.slowest());
        });
    }

    private static void densities(NetworkResult result, JsonWriter json) {
        json.name("densities").object();
        json.name("input").value(result.inputDensity());
        json.name("hidden").value(result.hiddenDensity());
        json.name("output").value(result.outputDensity()).end();
    }

    private static void path(String name, @Nullable Path path, JsonWriter json) {
        if (path != null) {
            json.name(name).value(path.toString());
        }
    }
}
