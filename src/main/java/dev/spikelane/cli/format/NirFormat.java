package dev.spikelane.cli.format;

import dev.spikelane.io.NirFile;
import dev.spikelane.model.Model;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.NirModel;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.Population;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Graphs of NIR, which are HDF5 files. */
record NirFormat(NirImport options) implements Format {

    static final NirFormat DEFAULT = new NirFormat(NirImport.DEFAULT);

    static final String NAME = "NIR";

    private static final String SIGNATURE = "894844460d0a1a0a";

    @Override
    public List<String> extensions() {
        return List.of(".nir");
    }

    @Override
    public boolean recognizes(byte[] first) {
        return HexFormat.of().formatHex(first).startsWith(SIGNATURE);
    }

    @Override
    public Content read(Path file) throws IOException {
        NirFile graph = NirFile.read(file);
        NirModel found;
        try {
            found = options.of(file.toString(), graph);
        } catch (IOException refused) {
            if (graph.graph().isFinite()) {
                throw refused;
            }
            return notFinite(file, graph, refused);
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

    /** NIR has NaN and infinities, a network has not: what the file holds is shown all the same. */
    private static Content notFinite(Path file, NirFile graph, IOException refused) {
        List<String> notices = new ArrayList<>(graph.warnings());
        notices.add("no network is made of it: " + refused.getMessage());
        return new Content(file, NAME, null, StateDict.of(file.toString(), graph.graph()), notices);
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
