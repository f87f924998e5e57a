package dev.spikelane.plot;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The verdict of a network on an image.
 *
 * @param label the class of the image
 * @param counts spikes of each output neuron
 * @param names of the output neurons; empty if numbers name them
 */
record Verdict(String label, List<Integer> counts, List<String> names) {

    int most() {
        return counts.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    String describe() {
        int most = most();
        if (most == 0) {
            return "no spikes";
        }
        List<String> leading = IntStream.range(0, counts.size())
                .filter(neuron -> counts.get(neuron) == most)
                .mapToObj(neuron -> names.isEmpty() ? String.valueOf(neuron) : names.get(neuron))
                .toList();
        String kind = !names.isEmpty() ? "" : leading.size() == 1 ? "neuron " : "neurons ";
        String times = most == 1 ? "once" : most + " times";
        if (leading.size() == 1) {
            return kind + leading.getFirst() + " fires most, " + times;
        }
        String others = String.join(", ", leading.subList(0, leading.size() - 1));
        return "tie: " + kind + others + " and " + leading.getLast() + ", " + times + " each";
    }
}
