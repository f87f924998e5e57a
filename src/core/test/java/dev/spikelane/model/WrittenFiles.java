package dev.spikelane.model;

import static dev.spikelane.fixture.Layer.dense;

import dev.spikelane.fixture.Networks;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Writes a file of each kind for {@code bench/read-back}, where Python reads them, with the expected content. */
final class WrittenFiles {

    private final Path folder;

    private WrittenFiles(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        new WrittenFiles(Files.createDirectories(Path.of(arguments[0]))).write();
    }

    private void write() throws IOException {
        Tensors types = Tensors.read("types", file("pth", "pth_files", "types.pth"), Tensors.Format.PYTORCH);
        tensors("types_bf16", types);
        tensors("types", plain(types));
        tensors("unsigned", Tensors.read("named", file("npz", "npz", "named_compressed.npz"), Tensors.Format.NUMPY));
        tensors("names", Tensors.read("names", file("npz", "npz", "names.npz"), Tensors.Format.NUMPY));
        tensors("strides", Tensors.read("strides", file("pth", "pth_files", "strides.pth"), Tensors.Format.PYTORCH));
        tensors("zero", Tensors.read("zero", file("pth", "pth_files", "empty_sizes.pth"), Tensors.Format.PYTORCH));
        for (String name : List.of(
                "nir_branched",
                "nir_nested",
                "nir_names",
                "nir_delay",
                "nir_snn_conv",
                "nir_cubalif",
                "nir_conv2d_groups")) {
            graph(name);
        }
        TorchRandom random = new TorchRandom(1);
        Network network = Networks.of(random, 20, dense(30, new Leaky(0.9)), dense(7, new Leaky(0.8)));
        Path model = folder.resolve("model.safetensors");
        ModelFile.write(model, network);
        expect(model, Tensors.read(model, Tensors.Format.SAFETENSORS).tensors());
        Path bytes = folder.resolve("model_8_bits.safetensors");
        ModelFile.write8Bit(bytes, network);
        expect(bytes, Tensors.read(bytes, Tensors.Format.SAFETENSORS).tensors());
        FloatMatrix values = random.rand(6, 35);
        Npy.write(folder.resolve("floats.npy"), values, 2, 3, 5, 7);
        expect(folder.resolve("floats.npy"), List.of(Tensor.of("", values, List.of(2, 3, 5, 7))));
        SpikeMatrix spikes = SpikeMatrix.zeros(4, 70);
        spikes.set(3, 69, true);
        Npy.write(folder.resolve("spikes.npy"), spikes);
        expect(
                folder.resolve("spikes.npy"),
                Tensors.read(folder.resolve("spikes.npy"), Tensors.Format.NUMPY).tensors());
    }

    /** Numbers of all nodes, as h5py finds them. */
    private void graph(String name) throws IOException {
        NirFile.Graph graph = NirImport.DEFAULT
                .read(name, file("nir", name, "graph.nir"))
                .export()
                .graph();
        Path file = folder.resolve(name + ".nir");
        NirFile.write(file, graph);
        List<Tensor> tensors = new ArrayList<>();
        graph.nodes()
                .forEach((node, declared) -> declared.values()
                        .forEach((key, value) -> tensors.add(Tensor.of(
                                "node/nodes/" + node + "/" + key, value.type(), value.shape(), value.bytes()))));
        expect(file, tensors);
    }

    private static ByteArrayInputStream file(String kind, String name, String file) {
        GoldenCase found = GoldenSet.interop(kind).cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow();
        return new ByteArrayInputStream(found.file(file));
    }

    /** Returns tensors with NumPy's types. */
    private static Tensors plain(Tensors file) {
        return Tensors.of(
                Tensors.Format.NUMPY,
                file.tensors().stream()
                        .filter(tensor -> tensor.type() != Tensor.Type.BF16)
                        .toList());
    }

    private void tensors(String name, Tensors file) throws IOException {
        Path safetensors = folder.resolve(name + ".safetensors");
        Tensors.of(Map.of("made by", "Spikelane"), file.tensors()).write(safetensors);
        expect(safetensors, file.tensors());
        if (!name.contains("bf16")) {
            Path npz = folder.resolve(name + ".npz");
            Tensors.of(Tensors.Format.NUMPY, file.tensors()).write(npz);
            expect(npz, file.tensors());
            Path compressed = folder.resolve(name + "_compressed.npz");
            Tensors.of(Tensors.Format.COMPRESSED_NUMPY, file.tensors()).write(compressed);
            expect(compressed, file.tensors());
        }
    }

    /** Names are written as Python quotes them; none has an apostrophe or a backslash. */
    private static void expect(Path file, List<Tensor> tensors) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Tensor tensor : tensors) {
            CRC32 sum = new CRC32();
            sum.update(tensor.bytes().asByteBuffer());
            lines.add(String.format("'%s' %s %s %08x", tensor.name(), tensor.type(), tensor.shape(), sum.getValue()));
        }
        Files.write(Path.of(file + ".txt"), lines);
    }
}
