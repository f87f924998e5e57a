package dev.spikelane.kernel.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Classes whose options are constants: a hidden class of the same bytes is defined for each set of options, which it finds as its class data. C2
 * compiles only what the options ask for, with profiles of its own, as if the class had been written for them.
 */
public final class Template {

    private Template() {}

    /**
     * Makes an object of a copy of a class.
     *
     * @param own the lookup of the caller, in the package of the template: a hidden class cannot be defined in another
     * @param type what it implements
     * @param template the class, with a constructor without parameters
     * @param data the options
     */
    public static <T> T copy(MethodHandles.Lookup own, Class<T> type, Class<? extends T> template, Object data) {
        try {
            MethodHandles.Lookup copy = own.defineHiddenClassWithClassData(bytes(template), data, true);
            return type.cast(copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class))
                    .invoke());
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("cannot define a " + template + " for " + data, impossible);
        }
    }

    /** The options of the copy that calls. */
    public static <T> T data(MethodHandles.Lookup copy, Class<T> type) {
        try {
            return MethodHandles.classData(copy, ConstantDescs.DEFAULT_NAME, type);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] bytes(Class<?> template) {
        String file = template.getSimpleName() + ".class";
        try (InputStream stream = template.getResourceAsStream(file)) {
            if (stream == null) {
                throw new AssertionError(file + " is missing");
            }
            return stream.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(file + " cannot be read", failure);
        }
    }
}
