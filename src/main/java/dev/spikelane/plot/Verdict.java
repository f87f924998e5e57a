package dev.spikelane.plot;

import java.util.List;

/**
 * What a network made of an image.
 *
 * @param label what the image shows
 * @param counts spikes of each output neuron
 */
record Verdict(String label, List<Integer> counts) {

    int most() {
        return counts.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    String describe() {
        int most = most();
        return most == 0 ? "no spikes" : "neuron " + counts.indexOf(most) + " fires most, " + most + " times";
    }
}
