package dev.spikelane.train.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a network made of a data set. */
public record EvaluatedSamples(
        double loss,
        List<Integer> labels,
        List<Integer> classes,
        int samples,
        Map<String, Double> spikes,
        InferenceWork work) {

    public EvaluatedSamples {
        labels = List.copyOf(labels);
        classes = List.copyOf(classes);
        spikes = Collections.unmodifiableMap(new LinkedHashMap<>(spikes));
    }
}
