package dev.spikelane.cli;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.train.MembraneDecoder;
import java.util.ArrayList;
import java.util.List;

/** The classes that a trained network finds, batch after batch. */
final class Verdicts implements Attachment {

    private final List<MembraneDecoder> decoders = new ArrayList<>();
    private final List<Integer> samples = new ArrayList<>();

    @Override
    public void attach(Simulation simulation, SpikeMatrix input, int firstSample) {
        int last = simulation.network().populations().size() - 1;
        decoders.add(simulation.observe(
                last,
                new MembraneDecoder(simulation.batch(), simulation.network().outputs())));
        samples.add(simulation.batch());
    }

    /** For each sample its class. */
    List<Integer> classes() {
        List<Integer> classes = new ArrayList<>();
        for (int batch = 0; batch < decoders.size(); batch++) {
            for (int sample = 0; sample < samples.get(batch); sample++) {
                classes.add(decoders.get(batch).label(sample));
            }
        }
        return classes;
    }
}
