package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.cli.input.ArrayInput;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.Table;
import dev.spikelane.cli.output.Value;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The output of a model for a NumPy array, time-major. */
record ArrayRun(String population, ArrayInput input, SpikeMatrix spikes, FloatMatrix membranes) {

    static ArrayRun of(Model model, Path data) throws IOException {
        ArrayInput input = ArrayInput.read(data, model.network().inputs());
        String output = model.population();
        try (Simulation simulation = model.network().simulate(input.batch())) {
            Population.SpikeRecorder fired = simulation.recordSpikes(output, input.steps());
            Population.VariableRecorder recorded = simulation.recordMembranes(output, input.steps());
            simulation.run(input.rows());
            return new ArrayRun(output, input, fired.spikes(), recorded.values());
        }
    }

    Section facts(Path model, Path data) {
        List<Section> rows = new ArrayList<>();
        for (int sample = 0; sample < input.batch(); sample++) {
            rows.add(row(sample));
        }
        return Section.of("", "Model " + model)
                .value("model", model.toString())
                .say(
                        "Data",
                        "%s, %d steps, %d samples",
                        named("data", data.toString()),
                        named("steps", input.steps()),
                        named("batch", input.batch()))
                .say("Output", "%s, %d neurons", named("population", population), named("neurons", spikes.columns()))
                .add(new Table(
                        "samples",
                        "label: the neuron with most spikes, of these the one with the largest membrane at the end;"
                                + " none if no neuron fires",
                        Set.of(),
                        rows));
    }

    private Section row(int sample) {
        List<Integer> counts = new ArrayList<>();
        List<Float> last = new ArrayList<>();
        int label = 0;
        for (int neuron = 0; neuron < spikes.columns(); neuron++) {
            int count = 0;
            for (int step = 0; step < input.steps(); step++) {
                count += spikes.get(step * input.batch() + sample, neuron) ? 1 : 0;
            }
            counts.add(count);
            last.add(membranes.get((input.steps() - 1) * input.batch() + sample, neuron));
            boolean more =
                    count > counts.get(label) || count == counts.get(label) && last.get(neuron) > last.get(label);
            label = more ? neuron : label;
        }
        int sum = counts.stream().mapToInt(Integer::intValue).sum();
        Value found = sum > 0 ? named("label", label) : new Value("label", -1, "none");
        return Section.of("")
                .say("sample", "%d", named("sample", sample))
                .say("label", "%s", found)
                .say("spikes", "%,d", named("spikes", sum))
                .value("counts", counts)
                .value("membranes", last);
    }

    /** Writes {@code spikes} and {@code membranes}, {@code [steps, batch, neurons]}. */
    void write(Path file) throws IOException {
        List<Integer> shape = List.of(input.steps(), input.batch(), spikes.columns());
        Tensors.of(
                        Tensors.Format.NUMPY,
                        List.of(
                                Tensor.of("spikes", Tensor.Type.U8, shape, MemorySegment.ofArray(spikes.toArray())),
                                Tensor.of("membranes", membranes, shape)))
                .write(file);
    }
}
