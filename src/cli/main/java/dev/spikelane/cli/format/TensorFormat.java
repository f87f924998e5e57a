package dev.spikelane.cli.format;

import dev.spikelane.io.Tensors;
import dev.spikelane.model.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Files of tensors: safetensors, NumPy and {@code torch.save}. A model file is a safetensors file with the description
 * of a network.
 */
record TensorFormat(Tensors.Format written) implements Format {

    private static final String NETWORK = "spikelane";

    @Override
    public Content read(Path file) throws IOException {
        Tensors content = Tensors.read(file);
        if (content.metadata().containsKey(NETWORK)) {
            return Content.of(file, "model file (safetensors)", ModelFile.readModel(file), content.warnings());
        }
        String name = switch (content.format()) {
            case SAFETENSORS -> "safetensors";
            case NUMPY, COMPRESSED_NUMPY -> "NumPy";
            case PYTORCH -> "PyTorch";
        };
        return Content.of(file, name, content);
    }

    @Override
    public void write(Path file, Content content) throws IOException {
        switch (written) {
            case SAFETENSORS -> {
                if (content.model() == null) { // unchanged: every name, type and text
                    Tensors.of(content.metadata(), content.tensors()).write(file);
                } else {
                    ModelFile.write(file, content.model());
                }
            }
            case NUMPY, COMPRESSED_NUMPY ->
                Tensors.of(written, content.tensors()).write(file);
            case PYTORCH ->
                throw new IOException(file + ": is of a format that is read alone, expected a name that ends in .npz or"
                        + " .safetensors, which torch reads with safetensors.torch.load_file");
        }
    }

    @Override
    public List<String> losses(Content content) {
        return List.of();
    }
}
