package dev.spikelane.cli.input;

import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import java.io.IOException;
import java.io.InputStream;

/** Trained models that are part of the command line. */
public final class EmbeddedModel {

    /** 784 -> 1000 -> 10 for images of Fashion-MNIST, rate-coded. */
    public static final String DENSE = "fashion-mnist.safetensors";

    private EmbeddedModel() {}

    public static Model read(String file) throws IOException {
        try (InputStream stream = EmbeddedModel.class.getResourceAsStream("/dev/spikelane/cli/" + file)) {
            if (stream == null) {
                throw new IOException(file + ": is missing in this build");
            }
            return ModelFile.readModel(file, stream);
        }
    }
}
