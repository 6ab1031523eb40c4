# Compiler, warnings, sanitizers, LibTorch and the two helpers that every folder uses.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
add_compile_options(-fPIC)  # for programs too, so that all share one precompiled header
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(ccache ccache)
if(ccache)
  # Precompiled headers need this sloppiness, or ccache never hits.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ccache})
endif()
find_program(mold mold)
if(mold)
  # mold 1.10 starts what is read-only after relocation in front of it, where LibTorch's thread-local variable stands: by
  # chance in a page of code, or in none, and then the program does not start.
  add_link_options(-fuse-ld=mold -Wl,-z,norelro)
endif()

if(HEIRLOOM_SANITIZE)
  add_compile_options(-fsanitize=${HEIRLOOM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEIRLOOM_SANITIZE})
endif()

add_library(heirloom_warnings INTERFACE)
target_compile_options(heirloom_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # false alarms on string concatenation at -O3 (GCC bug 105651)
  $<$<BOOL:${HEIRLOOM_WARNINGS_AS_ERRORS}>:-Werror>)

# A library or program of ours: include root is the repository, warnings are on.
function(heirloom_target name)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE heirloom_warnings)
endfunction()

# Sources are compiled together, a few at a time, small folders with their neighbours: what each costs before its own
# first line (GCC makes the pending templates of LibTorch's headers again in every one) is paid once. So their unnamed
# namespaces are one, too.
option(HEIRLOOM_UNITY "Compile several sources together" ON)
set(HEIRLOOM_UNITY_SOURCES 8 CACHE STRING "Most sources compiled together")
function(heirloom_unity target)
  if(NOT HEIRLOOM_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  get_target_property(home ${target} SOURCE_DIR)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  set(folders "")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${home} NORMALIZE)
    cmake_path(GET source PARENT_PATH folder)
    list(APPEND folders ${folder})
    list(APPEND "sources of ${folder}" ${source})
  endforeach()
  list(REMOVE_DUPLICATES folders)
  set(together 0)
  foreach(folder IN LISTS folders)
    list(LENGTH "sources of ${folder}" count)
    math(EXPR sum "${together} + ${count}")
    if(together EQUAL 0 OR sum GREATER HEIRLOOM_UNITY_SOURCES)
      cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE first)
      string(MAKE_C_IDENTIFIER "${first}" group)
      set(together 0)
    endif()
    foreach(source IN LISTS "sources of ${folder}")
      if(together EQUAL HEIRLOOM_UNITY_SOURCES)
        string(APPEND group "_")  # another
        set(together 0)
      endif()
      set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${group})
      math(EXPR together "${together} + 1")
    endforeach()
  endforeach()
endfunction()

# What calls LibTorch and waits, and tests, gain nothing from more than -O1 and compile a tenth faster. All that share a
# precompiled header must have the same level: GCC 12 crashes otherwise.
function(heirloom_lightly_optimised target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
endfunction()

# LibTorch: only libtorch_cpu and libc10 are linked; libtorch.so would drag in every CUDA library.
if(NOT HEIRLOOM_SMALL)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(cache_home $ENV{XDG_CACHE_HOME})
  else()
    set(cache_home $ENV{HOME}/.cache)
  endif()
  set(HEIRLOOM_LIBTORCH ${cache_home}/heirloom/libtorch-2.11.0/torch CACHE PATH "Folder that holds LibTorch's include/ and lib/")
  if(NOT EXISTS ${HEIRLOOM_LIBTORCH}/lib/libtorch_cpu.so)
    message(FATAL_ERROR "No LibTorch in ${HEIRLOOM_LIBTORCH}; run packaging/setup once, or set HEIRLOOM_LIBTORCH")
  endif()
  add_library(libtorch INTERFACE)
  target_include_directories(libtorch SYSTEM INTERFACE
    ${HEIRLOOM_LIBTORCH}/include ${HEIRLOOM_LIBTORCH}/include/torch/csrc/api/include)
  # at::parallel_for lives in a header: without OpenMP it would run on one thread. LibTorch's own libgomp, because two of
  # them would be two sets of threads.
  target_compile_options(libtorch INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fopenmp>)
  target_link_libraries(libtorch INTERFACE ${HEIRLOOM_LIBTORCH}/lib/libtorch_cpu.so ${HEIRLOOM_LIBTORCH}/lib/libc10.so
    ${HEIRLOOM_LIBTORCH}/lib/libgomp.so.1)
  target_link_options(libtorch INTERFACE -Wl,-rpath,${HEIRLOOM_LIBTORCH}/lib)
endif()

# A program that finds the CUDA kernels beside itself when it runs. They are no library to link with.
set(CMAKE_BUILD_RPATH "$ORIGIN")
function(heirloom_opens_cuda program)
  if(TARGET heirloom_cuda)
    add_dependencies(${program} heirloom_cuda)
  endif()
endfunction()

# A GoogleTest program; ctest runs a part of a suite at a time.
find_package(GTest REQUIRED)
function(heirloom_test name)
  heirloom_target(${name})
  heirloom_unity(${name})
  heirloom_lightly_optimised(${name})
  target_link_libraries(${name} PRIVATE heirloom_test_support GTest::gmock GTest::gtest_main)
  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${name}_tests.cmake)
  add_custom_command(TARGET ${name} POST_BUILD BYPRODUCTS ${tests}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${name}> -DNAME=${name} -DOUTPUT=${tests}
      -P ${PROJECT_SOURCE_DIR}/packaging/cmake/discover_tests.cmake)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${tests})
endfunction()
