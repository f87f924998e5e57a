package dev.spikelane.golden;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.spikelane.Tries;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * All golden cases of one operation, from the project's archives or from {@code -Dspikelane.golden=DIR}; or all cases
 * of one kind of files, from the archives or from {@code -Dspikelane.interop=DIR}.
 *
 * <p>A test runs them by {@code GoldenSet.of("leaky").check(golden -> ...)}. It prints which cases ran and were skipped
 * and why, and fails if a case fails or forgets an output, or if no case ran.
 */
public final class GoldenSet {

    @FunctionalInterface
    public interface Check {
        void run(GoldenCase golden) throws Exception;
    }

    /** Tested operations, an archive each. */
    public static final List<String> OPERATIONS = List.of(
            "accuracy_rate",
            "accuracy_temporal",
            "adam",
            "alpha",
            "avg_pool1d",
            "avg_pool2d",
            "batch_norm",
            "batch_norm_tt",
            "bptt",
            "ce_count_loss",
            "ce_max_membrane_loss",
            "ce_rate_loss",
            "ce_temporal_loss",
            "clip_gradients",
            "conv1d",
            "conv2d",
            "conv_transpose2d",
            "delta",
            "delta_leaky",
            "dropout",
            "from_one_hot",
            "hand_lif",
            "l1_rate_sparsity",
            "lapicque",
            "latency",
            "latency_code_linear",
            "latency_code_log",
            "latency_interpolate",
            "leaky",
            "leaky_parallel",
            "leaky_persistent",
            "linear_leaky",
            "max_pool1d",
            "max_pool2d",
            "mse_count_loss",
            "mse_membrane_loss",
            "mse_temporal_loss",
            "net_conv",
            "net_feedforward",
            "net_layers",
            "optimizer",
            "quantized",
            "rate_interpolate",
            "rate_statistics",
            "rleaky",
            "rsynaptic",
            "schedule",
            "sconv2dlstm",
            "shuffle",
            "slstm",
            "split",
            "state_leaky",
            "state_quant",
            "stdp",
            "sum_pool2d",
            "surrogate",
            "synaptic",
            "target_rate_code",
            "targets_convert",
            "targets_latency",
            "targets_rate",
            "tbptt",
            "to_one_hot",
            "to_one_hot_inverse");

    /** Tested kinds of files, an archive each. */
    static final List<String> KINDS = List.of("idx", "nir", "npy", "npz", "pth", "safetensors");

    private static final String CASE_FILE = "case.json";
    private static final int MANY = 24;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final String title;
    private final List<GoldenCase> cases;

    private GoldenSet(String title, List<GoldenCase> cases) {
        this.title = title;
        this.cases = cases;
    }

    /** A foreign folder may have no cases. */
    public static GoldenSet of(String operation) {
        return read("golden", operation, "Golden " + operation);
    }

    /**
     * Cases of files that other tools wrote, such as {@code npz}, with remarks ({@code nir_note}); {@link InteropFiles}
     * reads the files.
     */
    public static GoldenSet interop(String kind) {
        return read("interop", kind, "Interop " + kind);
    }

    private static GoldenSet read(String set, String operation, String title) {
        try {
            Optional<Path> folder = folder(set);
            List<GoldenCase> cases = folder.isPresent()
                    ? inFolder(folder.get()).stream()
                            .filter(golden -> golden.operation().equals(operation)
                                    || golden.operation().equals(operation + "_note"))
                            .toList()
                    : inArchive("/" + set + "/" + operation + ".zip");
            return new GoldenSet(title, cases);
        } catch (IOException failure) {
            throw new UncheckedIOException("cases of " + title + " cannot be read", failure);
        }
    }

    /** Returns untouched cases, sorted by name. */
    public List<GoldenCase> cases() {
        return cases;
    }

    /**
     * Runs every case, and prints a summary. At narrower widths it runs one of three by day if there are many; one of
     * few would test a single reset.
     */
    public void check(Check check) {
        GoldenReport report = new GoldenReport(title);
        for (GoldenCase golden : cases.size() > MANY ? Tries.atThisWidth(3, cases) : cases) {
            report.run(golden, check);
        }
        report.print();
        report.requireSuccess();
    }

    /** Returns the untested cases of a foreign folder, by operation or kind. */
    static Map<String, Set<String>> unknown(String set, List<String> known) throws IOException {
        Map<String, Set<String>> unknown = new TreeMap<>();
        if (folder(set).isPresent()) {
            for (GoldenCase golden : inFolder(folder(set).get())) {
                String operation = golden.operation().replaceFirst("_note$", "");
                if (!known.contains(operation)) {
                    unknown.computeIfAbsent(operation, key -> new TreeSet<>()).add(golden.name());
                }
            }
        }
        return unknown;
    }

    static GoldenCase parse(byte[] json, GoldenCase.Files files) throws IOException {
        return new GoldenCase(JSON.readTree(json), files);
    }

    private static Optional<Path> folder(String set) {
        return Optional.ofNullable(System.getProperty("spikelane." + set))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }

    private static List<GoldenCase> inFolder(Path folder) throws IOException {
        List<GoldenCase> cases = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.sorted().toList()) {
                if (Files.isRegularFile(entry.resolve(CASE_FILE))) {
                    cases.add(parse(
                            Files.readAllBytes(entry.resolve(CASE_FILE)),
                            file -> Files.readAllBytes(entry.resolve(file))));
                }
            }
        }
        return cases;
    }

    private static List<GoldenCase> inArchive(String resource) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (InputStream stream = GoldenSet.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new NoSuchFileException(resource, null, "no such test resource");
            }
            ZipInputStream archive = new ZipInputStream(stream);
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                contents.put(entry.getName(), archive.readAllBytes());
            }
        }
        List<GoldenCase> cases = new ArrayList<>();
        for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
            if (entry.getKey().endsWith("/" + CASE_FILE)) {
                String folder = entry.getKey().substring(0, entry.getKey().length() - CASE_FILE.length());
                cases.add(parse(entry.getValue(), file -> entryOf(contents, folder + file)));
            }
        }
        return cases;
    }

    private static byte[] entryOf(Map<String, byte[]> contents, String name) throws IOException {
        byte[] content = contents.get(name);
        if (content == null) {
            throw new NoSuchFileException(name, null, "not in the archive");
        }
        return content;
    }
}
