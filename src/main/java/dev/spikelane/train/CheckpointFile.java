package dev.spikelane.train;

import dev.spikelane.io.AtomicFile;
import dev.spikelane.memory.FloatMatrix;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named tensors and texts in a file. */
final class CheckpointFile {

    /** What a file holds. */
    record Content(Map<String, FloatMatrix> tensors, Map<String, String> metadata) {}

    private CheckpointFile() {}

    static void write(Path file, Map<String, FloatMatrix> tensors, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(metadata.size());
            for (Map.Entry<String, String> each : metadata.entrySet()) {
                out.writeUTF(each.getKey());
                out.writeUTF(each.getValue());
            }
            out.writeInt(tensors.size());
            for (Map.Entry<String, FloatMatrix> each : tensors.entrySet()) {
                out.writeUTF(each.getKey());
                out.writeInt(each.getValue().rows());
                out.writeInt(each.getValue().columns());
                ByteBuffer raw = ByteBuffer.allocate(each.getValue().rows() * each.getValue().columns() * Float.BYTES);
                raw.asFloatBuffer().put(each.getValue().toArray());
                out.write(raw.array());
            }
        }
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(bytes.toByteArray())));
    }

    static Content read(Path file) throws IOException {
        Map<String, FloatMatrix> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int i = in.readInt(); i > 0; i--) {
                metadata.put(in.readUTF(), in.readUTF());
            }
            for (int i = in.readInt(); i > 0; i--) {
                String name = in.readUTF();
                int rows = in.readInt();
                int columns = in.readInt();
                float[] values = new float[rows * columns];
                for (int j = 0; j < values.length; j++) {
                    values[j] = in.readFloat();
                }
                tensors.put(name, FloatMatrix.copyOf(rows, columns, values));
            }
        }
        return new Content(tensors, metadata);
    }
}
