package dev.spikelane.cli.format;

import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.model.Model;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.NirModel;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.Population;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

record NirFormat(NirImport options) implements Format {

    static final NirFormat DEFAULT = new NirFormat(NirImport.DEFAULT);

    static final String NAME = "NIR";

    /** The first bytes of HDF5. */
    static final String SIGNATURE = "894844460d0a1a0a";

    @Override
    public Content read(Path file) throws IOException {
        NirFile graph = NirFile.read(file);
        NirModel found;
        try {
            found = options.of(file.toString(), graph);
        } catch (IOException refused) {
            StateDict values = StateDict.of(file.toString(), graph.graph());
            if (!hasWeightsAloneThatAreNotFinite(values)) {
                throw refused;
            }
            List<String> notices = new ArrayList<>(graph.warnings());
            notices.add("no network is made of it: " + refused.getMessage());
            return new Content(file, NAME, null, values, notices);
        }
        List<String> notices = new ArrayList<>();
        notices.add(file + ": read with " + found.semantics());
        notices.addAll(found.warnings());
        if (found.outputs().size() > 1) {
            notices.add(file + ": has the outputs " + found.outputs().keySet() + ", of which the first is the model's");
        }
        Model model = Model.of(found.network());
        String output = found.outputs()
                .values()
                .iterator()
                .next()
                .ofPopulation()
                .map(Population::name)
                .orElse("");
        return Content.of(file, NAME, output.isEmpty() ? model : model.with(Model.POPULATION, output), notices);
    }

    /** NIR allows NaN and infinities, networks do not; such files can still be shown. */
    private static boolean hasWeightsAloneThatAreNotFinite(StateDict values) {
        boolean found = false;
        for (Tensor each : values.tensors()) {
            if (each.type().name().matches("B?F\\d+")
                    && !isFinite(each.rounded().floats())) {
                found = true;
                if (!each.name().endsWith(".weight") && !each.name().endsWith(".bias")) {
                    return false;
                }
            }
        }
        return found;
    }

    private static boolean isFinite(float... values) {
        boolean finite = true;
        for (float value : values) {
            finite &= Float.isFinite(value);
        }
        return finite;
    }

    @Override
    public void write(Path file, Content content) throws IOException {
        NirFile.write(file, exported(content).graph());
    }

    @Override
    public List<String> losses(Content content) {
        try {
            return exported(content).changes();
        } catch (IOException noNetwork) {
            return List.of();
        }
    }

    private NirModel.Exported exported(Content content) throws IOException {
        return NirModel.export(content.requireModel(), options.timeStep());
    }
}
