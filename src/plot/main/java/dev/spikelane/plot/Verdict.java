package dev.spikelane.plot;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The verdict of a network on an image.
 *
 * @param label the class of the image
 * @param counts spikes of each output neuron
 */
record Verdict(String label, List<Integer> counts) {

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
                .mapToObj(Integer::toString)
                .toList();
        String times = most == 1 ? "once" : most + " times";
        if (leading.size() == 1) {
            return "neuron " + leading.getFirst() + " fires most, " + times;
        }
        String others = String.join(", ", leading.subList(0, leading.size() - 1));
        return "tie: neurons " + others + " and " + leading.getLast() + ", " + times + " each";
    }
}
