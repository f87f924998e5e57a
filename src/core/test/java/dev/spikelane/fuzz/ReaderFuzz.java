package dev.spikelane.fuzz;

import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.Idx;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.event.EventFiles;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What Jazzer calls with bytes that it makes up: a reader, named by the first argument, which may throw an
 * {@link IOException} and nothing else. {@code bench/fuzz} starts it; {@link #main} writes the files to start from.
 */
public final class ReaderFuzz {

    private static final int MOST_BYTES = 1 << 15;

    /** Reads bytes. */
    private interface Reader {
        void read(InputStream stream) throws IOException;
    }

    /** The tensors of a network with convolutions, whose layers a text says. */
    private static final StateDict LAYERS = layers();

    private static final Map<String, Reader> READERS = Map.of(
            "safetensors", stream -> use(Tensors.read("x", stream, Tensors.Format.SAFETENSORS)),
            "npz", stream -> use(Tensors.read("x", stream, Tensors.Format.NUMPY)),
            "npy", stream -> Npy.readFloats("x", stream),
            "spikes", stream -> Npy.readSpikes("x", stream),
            "pth", stream -> use(Tensors.read("x", stream, Tensors.Format.PYTORCH)),
            "layers", stream -> LAYERS.network(new String(stream.readAllBytes(), StandardCharsets.UTF_8)),
            "idx", stream -> Idx.read("x", stream).toArray(),
            "nir", stream -> NirImport.DEFAULT.read("x", stream),
            "model", stream -> ModelFile.readModel("x", stream),
            "events", ReaderFuzz::events);

    private static Reader reader = READERS.get("safetensors");

    private ReaderFuzz() {}

    private static StateDict layers() {
        Network network = Network.builder(Shape.of(1, 6, 6))
                .conv2d(2, 3, new TorchRandom(1))
                .maxPool2d(2)
                .neuron(new Leaky(0.9))
                .flatten()
                .dense(3, new TorchRandom(2))
                .neuron(new Leaky(0.8))
                .build();
        return StateDict.of(
                "x", Tensors.of(Tensors.Format.NUMPY, StateDict.of(network).tensors()));
    }

    /** Those that their first bytes do not name are read as text. */
    private static void events(InputStream stream) throws IOException {
        try (EventSource source = EventSource.open("x.csv", stream)) {
            EventBlock block = new EventBlock(64);
            while (source.read(block)) {
                block.time(block.size() - 1);
            }
        }
    }

    private static void use(Tensors file) throws IOException {
        StateDict.of("x", file).network();
    }

    /** Chooses the reader. */
    public static void fuzzerInitialize(String[] arguments) {
        reader = READERS.get(arguments[0]);
    }

    /** Reads what Jazzer made up. */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            reader.read(new ByteArrayInputStream(data));
        } catch (IOException refused) {
            if (refused.getMessage() == null || !refused.getMessage().matches("(?s)x(\\.csv)?: .*")) {
                throw new AssertionError("a message without the file's name", refused);
            }
        }
    }

    /** Writes small files of a format, of the tests' own, into a folder. */
    public static void main(String[] arguments) throws IOException {
        String format = arguments[0];
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        String kind = format.equals("spikes") ? "npy" : format;
        if (format.equals("layers")) {
            Files.writeString(
                    folder.resolve("short"),
                    "1x6x6, Conv2d(1, 2, 3), MaxPool2d(2), lif1: Leaky, Flatten, fc1: Linear, lif2: Leaky");
            Files.writeString(
                    folder.resolve("printed"),
                    "1x6x6\nNet(\n  (conv1): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(0, 0))\n"
                            + "  (net): Sequential(\n    (0): AvgPool2d(kernel_size=2)\n  )\n  (lif1): Leaky()\n)");
            return;
        }
        if (format.equals("events")) {
            Events some = Events.random(1, 40, 120, 120, 3_000);
            Files.write(folder.resolve("aedat2"), EventFiles.aedat2(some, true));
            Files.write(folder.resolve("aedat3"), EventFiles.aedat3(some));
            Files.write(folder.resolve("aedat4"), EventFiles.aedat4(some, 0));
            Files.write(folder.resolve("lz4"), EventFiles.aedat4(some, 1));
            Files.write(folder.resolve("evt2"), EventFiles.evt2(some));
            Files.write(folder.resolve("evt21"), EventFiles.evt21(some, false));
            Files.write(folder.resolve("evt3"), EventFiles.evt3(some));
            Files.write(folder.resolve("dat"), EventFiles.dat(some));
            Files.write(folder.resolve("text"), EventFiles.csv(some, true));
            Files.write(folder.resolve("npy"), EventFiles.npy(some));
            return;
        }
        if (format.equals("model")) {
            for (String name : new String[] {"model.safetensors", "model-8-bits.safetensors"}) {
                try (InputStream file = ReaderFuzz.class.getResourceAsStream("/formats/" + name)) {
                    Files.write(folder.resolve(name), file.readAllBytes());
                }
            }
            for (String bits : new String[] {"2", "4"}) {
                String name = "model-" + bits + "-bits-unpacked.safetensors";
                try (InputStream file = ReaderFuzz.class.getResourceAsStream("/formats/" + name)) {
                    byte[] unpacked = file.readAllBytes();
                    Files.write(folder.resolve(name), unpacked);
                    Files.write(folder.resolve("packed-" + bits), ModelFile.toBytes(ModelFile.of(unpacked)));
                }
            }
            return;
        }
        for (GoldenCase each : GoldenSet.interop(kind).cases()) {
            for (var file : each.fact("files").properties()) {
                byte[] content = each.file(file.getKey());
                if (content.length <= MOST_BYTES) {
                    Files.write(folder.resolve(each.name() + "-" + file.getKey()), content);
                }
            }
        }
    }
}
