package io.quarkiverse.raftconfig.mutants;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.SortedMap;

/** Loads all that is ours anew, main classes and tests, with some of the classes replaced. Libraries come from the parent. */
final class MutantClassLoader extends ClassLoader {
    static final String ROOT = "io.quarkiverse.raftconfig";

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> replaced;

    /** @param replaced by their binary names; none to load what is there */
    MutantClassLoader(SortedMap<String, byte[]> replaced) {
        super(MutantClassLoader.class.getClassLoader());
        this.replaced = replaced;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(ROOT + ".")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                byte[] code = code(name);
                loaded = defineClass(name, code, 0, code.length);
            }
            return loaded;
        }
    }

    private byte[] code(String name) throws ClassNotFoundException {
        byte[] replacement = replaced.get(name);
        if (replacement != null) {
            return replacement;
        }
        try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
