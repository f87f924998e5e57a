package dev.spikelane.cli.input;

import dev.spikelane.io.Safetensors;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network, and how it wants to be used.
 *
 * @param network the network
 * @param notes how it was trained, by name; empty if the file does not say it
 */
public record TrainedModel(Network network, Map<String, String> notes) {

    public static final String STEPS = "training.steps";
    public static final String CODE = "training.code";
    public static final String DECODING = "training.decoding";

    /** The name of the images, where they are the embedded ones, which {@code run} looks at too. */
    public static final String IMAGES = "training.images";

    /** What is beside the network in the metadata. */
    private static final String PREFIX = "training.";

    /** Writes a model file whose metadata have the notes too. */
    public void write(Path file, boolean eightBits) throws IOException {
        if (eightBits) {
            ModelFile.write8Bit(file, network, notes);
        } else {
            ModelFile.write(file, network, notes);
        }
    }

    public static TrainedModel read(Path file) throws IOException {
        return new TrainedModel(ModelFile.read(file), notes(Safetensors.read(file)));
    }

    /** The notes of a resource. */
    public static TrainedModel read(String name) throws IOException {
        try (InputStream network = open(name);
                InputStream notes = open(name)) {
            return new TrainedModel(ModelFile.read(name, network), notes(Safetensors.read(name, notes)));
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream stream = TrainedModel.class.getResourceAsStream("/dev/spikelane/cli/" + name);
        if (stream == null) {
            throw new IOException(name + ": is missing in this build");
        }
        return stream;
    }

    private static Map<String, String> notes(Safetensors file) {
        Map<String, String> notes = new LinkedHashMap<>();
        file.metadata().forEach((name, text) -> {
            if (name.startsWith(PREFIX)) {
                notes.put(name, text);
            }
        });
        return notes;
    }
}
