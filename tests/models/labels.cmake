# Read by ctest after the tests were discovered.
foreach(test IN LISTS models_TESTS)
  if(test MATCHES "EveryLayerInBfloat16")
    set_tests_properties("${test}" PROPERTIES TIMEOUT 7200)  # with HEIRLOOM_FULL=1
  elseif(test MATCHES "OnTime")
    set_tests_properties("${test}" PROPERTIES RUN_SERIAL ON)
  endif()
endforeach()
