# The library of CUDA kernels, made where nvcc is found; needs no GPU to build and is opened at run time only.
include(CheckLanguage)
if(HEIRLOOM_CUDA)
  check_language(CUDA)
endif()
if(NOT HEIRLOOM_CUDA OR NOT CMAKE_CUDA_COMPILER)
  message(STATUS "No nvcc: building without CUDA kernels")
  return()
endif()
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_ARCHITECTURES all-major)
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)

set(kernels kernels/group_norm/group_norm.cu kernels/selective_scan/selective_scan.cu kernels/unshuffle_with_noise.cu)
add_library(heirloom_cuda MODULE kernels/cuda_library.cpp kernels/cuda_recorder.cpp ${kernels})
target_include_directories(heirloom_cuda PRIVATE ${PROJECT_SOURCE_DIR})
target_include_directories(heirloom_cuda SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS}
  $<TARGET_PROPERTY:libtorch,INTERFACE_INCLUDE_DIRECTORIES>)
set_source_files_properties(${kernels} PROPERTIES COMPILE_OPTIONS "--compiler-options=-Wno-pedantic")
# LibTorch's CUDA side is in the process before this library is opened, so its symbols stay undefined here.
target_link_options(heirloom_cuda PRIVATE -Wl,--allow-shlib-undefined -Wl,-z,undefs)
