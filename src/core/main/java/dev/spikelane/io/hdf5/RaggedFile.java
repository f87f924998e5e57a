package dev.spikelane.io.hdf5;

import io.jhdf.HdfFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** An open file with arrays of different lengths, which are read one by one. */
public final class RaggedFile implements AutoCloseable {

    private final String name;
    private final HdfFile file;
    private final Hdf5Group root;
    private final HeapItems heaps = new HeapItems();

    private RaggedFile(String name, HdfFile file, Hdf5Group root) {
        this.name = name;
        this.file = file;
        this.root = root;
    }

    /** Opens a file and reads everything but these arrays, at most {@code mostBytes}. */
    public static RaggedFile open(Path path, long mostBytes) throws IOException {
        String name = path.toString();
        return Hdf5.reading(name, () -> {
            HdfFile file = new HdfFile(path);
            try {
                Hdf5Group root = new JhdfReader(Files.size(path), mostBytes, true).read(file);
                return new RaggedFile(name, file, root);
            } catch (IOException | RuntimeException | Error failure) {
                file.close();
                throw failure;
            }
        });
    }

    public Hdf5Group root() {
        return root;
    }

    public Hdf5Item.Numbers read(Hdf5Item.Ragged arrays, int index) throws IOException {
        return Hdf5.reading(name, () -> {
            int itemBytes = Integer.parseInt(arrays.type().substring(1)) / Byte.SIZE;
            ByteBuffer data =
                    heaps.read(file.getHdfBackingStorage(), arrays.references(), index * HeapItems.BYTES, itemBytes);
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            return new Hdf5Item.Numbers(arrays.type(), java.util.List.of(bytes.length / itemBytes), bytes);
        });
    }

    @Override
    public void close() {
        file.close();
    }
}
