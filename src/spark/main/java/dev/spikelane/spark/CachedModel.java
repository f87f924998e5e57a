package dev.spikelane.spark;

import dev.spikelane.memory.ElementType;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model that the tasks of a JVM share, cached by the hash of its bytes.
 *
 * @param model the notes, and the network with float weights
 * @param network the network to run
 */
record CachedModel(Model model, Network network) {

    /** Size of the cache. An evicted model stays in memory until its tasks end. */
    private static final int MOST = 4;

    private static final Map<String, CachedModel> HELD = new LinkedHashMap<>(MOST, 0.75f, true);

    /**
     * Returns a cached model, or reads it.
     *
     * @throws IllegalStateException if the bytes have another hash
     * @throws IllegalArgumentException if the bytes are not a model file
     */
    static CachedModel of(String hash, String weights, Supplier<byte[]> bytes) {
        synchronized (HELD) {
            String key = hash + " " + weights;
            CachedModel held = HELD.get(key);
            if (held == null) {
                held = read(hash, weights, bytes.get());
                HELD.put(key, held);
                if (HELD.size() > MOST) {
                    HELD.remove(HELD.keySet().iterator().next());
                }
            }
            return held;
        }
    }

    private static CachedModel read(String hash, String weights, byte[] bytes) {
        String found = hash(bytes);
        if (!found.equals(hash)) {
            throw new IllegalStateException(
                    "the model has the SHA-256 " + found + " here, expected " + hash + ", that of the driver");
        }
        Model model = ModelFile.modelOf(bytes);
        Network network = switch (weights) {
            case "float" -> model.network();
            case "stored" -> stored(bytes);
            default ->
                model.network()
                        .folded()
                        .network()
                        .quantized(weights.equals("int8") ? ElementType.INT8 : ElementType.INT16);
        };
        return new CachedModel(model, network);
    }

    /** Uses a temporary file, because the library reads integers only from files. */
    private static Network stored(byte[] bytes) {
        try {
            Path file = Files.createTempFile("spikelane", ".safetensors");
            try {
                Files.write(file, bytes);
                return ModelFile.readIntegers(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing); // every JDK has it
        }
    }
}
