package dev.spikelane.cli.format;

import dev.spikelane.io.Tensors;
import dev.spikelane.model.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Model files and files of tensors: both are safetensors, and a model file says its network in a text. */
record SafetensorsFormat() implements Format {

    private static final String NETWORK = "spikelane";
    /** Behind the length of the header. */
    private static final int START = 8;

    @Override
    public List<String> extensions() {
        return List.of(".safetensors");
    }

    @Override
    public boolean recognizes(byte[] first) {
        return first.length > START && first[START] == '{';
    }

    @Override
    public Content read(Path file) throws IOException {
        Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
        if (content.metadata().containsKey(NETWORK)) {
            return Content.of(file, "model file (safetensors)", ModelFile.readModel(file), content.warnings());
        }
        return Content.of(file, "safetensors", content);
    }

    @Override
    public void write(Path file, Content content) throws IOException {
        if (content.model() == null) { // as they are: every name, type and text
            Tensors.of(content.metadata(), content.tensors()).write(file);
        } else {
            ModelFile.write(file, content.model());
        }
    }

    @Override
    public List<String> losses(Content content) {
        return List.of();
    }
}
