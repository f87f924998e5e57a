package dev.spikelane.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** A saved model: a folder with Spark's parameters, as for Spark's models, and the model file. */
final class StoredModel {

    private static final String FILE = "model.safetensors";

    private StoredModel() {}

    static byte[] read(String path) {
        try {
            Path file = new Path(path);
            try (InputStream stream = system(file).open(file)) {
                return stream.readAllBytes();
            }
        } catch (IOException refused) {
            throw new IllegalArgumentException("model " + path + " cannot be read: " + refused.getMessage(), refused);
        }
    }

    /** Writes a temporary file and renames it; deletes it after a failure. */
    static void write(String path, byte[] bytes) throws IOException {
        Path file = new Path(path);
        Path part = file.suffix(".part");
        FileSystem system = system(file);
        try (OutputStream stream = system.create(part)) {
            stream.write(bytes);
        } catch (IOException | FSError refused) { // Hadoop throws an error if a local disk is full
            system.delete(part, false);
            throw new IOException(path + " cannot be written: " + refused.getMessage(), refused);
        }
        system.delete(file, false);
        if (!system.rename(part, file)) {
            throw new IOException(part + " could not be renamed to " + file);
        }
    }

    private static FileSystem system(Path file) throws IOException {
        Option<SparkSession> session = SparkSession.getActiveSession().orElse(SparkSession::getDefaultSession);
        return file.getFileSystem(
                session.isDefined() ? session.get().sparkContext().hadoopConfiguration() : new Configuration());
    }

    /** Writes the parameters last: a folder without parameters is not a model. */
    static final class Writer extends DefaultParamsWriter {

        private final SampleParams<?> saved;

        Writer(SampleParams<?> saved) {
            super(saved);
            this.saved = saved;
        }

        @Override
        public void saveImpl(String path) {
            byte[] bytes = saved.model();
            Path file = new Path(path, FILE);
            try (OutputStream stream = system(file).create(file)) {
                stream.write(bytes);
            } catch (IOException | FSError refused) {
                throw new UncheckedIOException(
                        file + " cannot be written: " + refused.getMessage(), new IOException(refused));
            }
            super.saveImpl(path);
        }
    }

    static final class Reader<T extends SampleParams<T>> extends DefaultParamsReader<T> {

        @Override
        public T load(String path) {
            T loaded = super.load(path);
            String expected = loaded.getOrDefault(loaded.modelHash());
            byte[] bytes = StoredModel.read(new Path(path, FILE).toString());
            String found = CachedModel.hash(bytes);
            if (!found.equals(expected)) {
                throw new IllegalArgumentException(new Path(path, FILE) + " has the SHA-256 " + found + ", expected "
                        + expected + ", with which it was saved");
            }
            return loaded.setModel(bytes);
        }
    }
}
