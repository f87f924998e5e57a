package dev.spikelane.io.hdf5;

import dev.spikelane.io.file.FileText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** Reads and writes HDF5 files, if jHDF is present. */
public final class Hdf5 {

    private static final String DEPENDENCY = "io.jhdf:jhdf:0.13.0";
    private static final int MOST_MESSAGE = 200;

    private Hdf5() {}

    /**
     * Reads all groups and datasets. Exceptions of jHDF become IOExceptions.
     *
     * @param mostBytes the limit of all datasets
     * @throws IOException if jHDF is missing, or the file is not whole or has more bytes
     */
    public static Hdf5Group read(String name, byte[] bytes, long mostBytes) throws IOException {
        return reading(name, () -> JhdfReader.read(bytes, mostBytes));
    }

    static <T> T reading(String name, FileText.Reading<T> reading) throws IOException {
        requireLibrary(name, "read");
        try {
            return reading.read();
        } catch (IOException refused) {
            throw new IOException(FileText.escaped(name + ": " + refused.getMessage()), refused);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError failure) {
            throw new IOException(
                    FileText.escaped(name + ": is no whole HDF5 file, or one of a kind that is not read here: "
                            + declared(failure)),
                    failure);
        }
    }

    /** Writes a new file, or one that is empty. */
    public static void write(Path file, Hdf5Group root) throws IOException {
        requireLibrary(file.toString(), "written");
        try {
            JhdfWriter.write(file, root);
        } catch (RuntimeException failure) {
            throw new IOException(file + ": cannot be written: " + declared(failure), failure);
        }
    }

    private static String declared(Throwable failure) {
        if (failure instanceof StackOverflowError) {
            return "it has parts that lead to each other without end";
        }
        Throwable cause = failure;
        for (int i = 0; cause.getCause() != null && i < MOST_MESSAGE; i++) {
            cause = cause.getCause();
        }
        String message = Objects.requireNonNullElse(cause.getMessage(), "");
        String text = message.isBlank() ? cause.getClass().getSimpleName() : message;
        return text.substring(0, Math.min(MOST_MESSAGE, text.length()));
    }

    /**
     * Throws unless jHDF is present. It has no module descriptor: it is on the class path, or an automatic module whose
     * name depends on the file name.
     */
    private static void requireLibrary(String name, String what) throws IOException {
        try {
            Module library = Class.forName("io.jhdf.HdfFile", false, Hdf5.class.getClassLoader())
                    .getModule();
            Hdf5.class.getModule().addReads(library);
        } catch (ClassNotFoundException absent) {
            throw new IOException(
                    name + ": HDF5 and NIR files are " + what + " by a library that is not there: add the dependency "
                            + DEPENDENCY,
                    absent);
        }
    }
}
