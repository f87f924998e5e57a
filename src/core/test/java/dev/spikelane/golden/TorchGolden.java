package dev.spikelane.golden;

import static dev.spikelane.Filled.ints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Filled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Recordings of PyTorch after {@code torch.manual_seed(seed)}.
 *
 * <p>They are the .npy files and the index.json in golden-torch.zip, whose README.md describes them, or the files in
 * {@code -Dspikelane.golden.torch=DIRECTORY}.
 */
public final class TorchGolden {

    private static final String ARCHIVE = "/golden-torch/golden-torch.zip";
    private static final String DIRECTORY_PROPERTY = "spikelane.golden.torch";
    private static final Pattern HEADER =
            Pattern.compile("'descr': *'([^']+)'.*'fortran_order': *False.*'shape': *\\(([^)]*)\\)");

    private static final Map<String, byte[]> FILES = readFiles();

    private final JsonNode index;

    private TorchGolden(JsonNode index) {
        this.index = index;
    }

    public static List<TorchGolden> all() {
        try {
            List<TorchGolden> seeds = new ArrayList<>();
            for (JsonNode index :
                    new ObjectMapper().readTree(file("index.json")).get("cases")) {
                seeds.add(new TorchGolden(index));
            }
            return seeds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long seed() {
        return index.get("seed").bigIntegerValue().longValue();
    }

    public float[] floats(String name) {
        ByteBuffer data = data(name, "<f4");
        float[] values = new float[data.remaining() / Float.BYTES];
        data.asFloatBuffer().get(values);
        return values;
    }

    public int[] integers(String name) {
        ByteBuffer data = data(name, "<i4");
        int[] values = new int[data.remaining() / Integer.BYTES];
        data.asIntBuffer().get(values);
        return values;
    }

    /** Returns the first {@code count} bits of numpy.packbits as 0 and 1. */
    public byte[] bits(String name, int count) {
        ByteBuffer data = data(name, "|u1");
        if (data.remaining() != (count + Byte.SIZE - 1) / Byte.SIZE) {
            throw new IllegalArgumentException(
                    fileName(name) + " has " + data.remaining() + " bytes, expected them to hold " + count + " bits");
        }
        byte[] bits = new byte[count];
        for (int i = 0; i < count; i++) {
            int highestFirst = Byte.SIZE - 1 - i % Byte.SIZE;
            bits[i] = (byte) (data.get(data.position() + i / Byte.SIZE) >>> highestFirst & 1);
        }
        return bits;
    }

    public int[] shape(String name) {
        String[] sizes = header(file(fileName(name)), fileName(name)).group(2).split("[, ]+");
        return ints(sizes.length, i -> Integer.parseInt(sizes[i]));
    }

    /** Returns the SHA-256, in hexadecimal digits, of the little-endian float32 bytes of {@code fc1_weight} or so. */
    public String sha256(String name) {
        return index.get("sha256_float32_little_endian").get(name).asText();
    }

    public double number(String name) {
        return index.get(name).asDouble();
    }

    public float[] firstWeights() {
        JsonNode list = index.get("fc1_weight_first");
        return Filled.floats(list.size(), i -> (float) list.get(i).asDouble());
    }

    @Override
    public String toString() {
        return "seed " + index.get("seed").asText();
    }

    private ByteBuffer data(String name, String type) {
        String fileName = fileName(name);
        byte[] file = file(fileName);
        String found = header(file, fileName).group(1);
        if (!found.equals(type)) {
            throw new IllegalArgumentException(fileName + " holds " + found + ", expected " + type);
        }
        int start = headerEnd(file);
        return ByteBuffer.wrap(file, start, file.length - start).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private String fileName(String name) {
        return name + "_" + index.get("seed").asText() + ".npy";
    }

    /** Matches the header of npy version 1.0: magic and version (8 bytes), length (2 bytes), a Python dictionary. */
    private static Matcher header(byte[] file, String name) {
        String header = new String(file, 10, headerEnd(file) - 10, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException(name + " has the header " + header + ", expected a C-ordered array");
        }
        return matcher;
    }

    private static int headerEnd(byte[] file) {
        return 10 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getChar(8);
    }

    private static byte[] file(String name) {
        byte[] file = FILES.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no recording " + name + " among " + FILES.keySet());
        }
        return file;
    }

    private static Map<String, byte[]> readFiles() {
        String directory = System.getProperty(DIRECTORY_PROPERTY, "");
        try {
            return directory.isEmpty() ? readArchive() : readDirectory(Path.of(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> readArchive() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (InputStream resource = TorchGolden.class.getResourceAsStream(ARCHIVE)) {
            if (resource == null) {
                throw new IOException("no resource " + ARCHIVE);
            }
            ZipInputStream archive = new ZipInputStream(resource);
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                files.put(entry.getName(), archive.readAllBytes());
            }
        }
        return files;
    }

    private static Map<String, byte[]> readDirectory(Path directory) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, "*.{npy,json}")) {
            for (Path path : paths) {
                files.put(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }
}
