package dev.spikelane.cli;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.VariableRecorder;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.LossInput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The classes that a trained network finds, batch after batch. */
final class Verdicts implements Attachment {

    private final List<Integer> classes = new ArrayList<>();
    private @Nullable VariableRecorder membranes;
    private int batch;

    @Override
    public void attach(Simulation simulation, SpikeMatrix input, int firstSample) {
        decode();
        batch = simulation.batch();
        int last = simulation.network().populations().size() - 1;
        membranes = simulation.recordMembranes(last, input.rows() / batch);
    }

    /** For each sample its class. */
    List<Integer> classes() {
        decode();
        return classes;
    }

    /** Decodes the batch that was attached last. */
    private void decode() {
        VariableRecorder recorded = membranes;
        if (recorded != null) {
            LossInput outputs = new LossInput(
                    recorded.values().rows() / batch, batch, recorded.values().columns());
            for (int found : Decoding.MEMBRANE.classes(outputs.setMembranes(recorded.values()))) {
                classes.add(found);
            }
            membranes = null;
        }
    }
}
