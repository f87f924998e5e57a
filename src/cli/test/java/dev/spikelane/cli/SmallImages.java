package dev.spikelane.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A folder with four small files like MNIST: 6 x 6 pixels with a bright line in the row of the class, and noise. */
public final class SmallImages {

    static final int TRAINING = 150;
    static final int TEST = 60;

    private static final int SIDE = 6;
    private static final int CLASSES = 4;

    private SmallImages() {}

    public static Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder, "train", TRAINING, new Random(1));
        write(folder, "t10k", TEST, new Random(2));
        return folder;
    }

    private static void write(Path folder, String part, int count, Random random) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE);
        images.putInt(0x803).putInt(count).putInt(SIDE).putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count);
        labels.putInt(0x801).putInt(count);
        for (int image = 0; image < count; image++) {
            int label = image < CLASSES ? image : random.nextInt(CLASSES);
            labels.put((byte) label);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                images.put((byte) (pixel / SIDE == label ? 230 : random.nextInt(160)));
            }
        }
        Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }

    public static byte[] idx(byte[] data, int... dimensions) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + data.length);
        file.put(new byte[] {0, 0, 8, (byte) dimensions.length});
        for (int dimension : dimensions) {
            file.putInt(dimension);
        }
        return file.put(data).array();
    }

    public static byte[] npy(long... values) {
        String header = String.format("{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }\n", values.length);
        ByteBuffer bytes = ByteBuffer.allocate(10 + header.length() + values.length * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
        bytes.putShort((short) header.length()).put(header.getBytes(StandardCharsets.ISO_8859_1));
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }
}
