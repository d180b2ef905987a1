# The house, as CMake sees it: every folder is one library with an include root of its own.
#
# An include root is a folder in the build tree that holds one symbolic link, to the module's
# folder at its full path ("<root>/broker/log" -> <source>/broker/log). A module sees its own root
# and those of the modules it declares in DEPS (and theirs), nothing else: an include of an
# undeclared floor does not compile.
#
#   barnabas_module(<name>
#     SRCS a.cc b.cc            sources, relative to the folder; none: an interface library
#     DEPS base protocol        other modules, all of them below this one
#     LIBS ZLIB::ZLIB           third-party libraries whose headers our headers show
#     PRIVATE_LIBS ev           third-party libraries used in .cc files only
#     GENERATED <dir>           a further include root, for generated headers
#   )
# The target is barnabas_<name>.

function(barnabas_module name)
  cmake_parse_arguments(M "" "GENERATED" "SRCS;DEPS;LIBS;PRIVATE_LIBS" ${ARGN})
  set(target barnabas_${name})
  set(root ${PROJECT_BINARY_DIR}/include_roots/${name})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${folder} SYMBOLIC)

  list(TRANSFORM M_DEPS PREPEND barnabas_)
  if(M_SRCS)
    add_library(${target} STATIC ${M_SRCS})
    target_include_directories(${target} PUBLIC ${root} ${M_GENERATED})
    target_link_libraries(${target} PUBLIC ${M_DEPS} ${M_LIBS} PRIVATE ${M_PRIVATE_LIBS})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${root} ${M_GENERATED})
    target_link_libraries(${target} INTERFACE ${M_DEPS} ${M_LIBS})
  endif()
endfunction()

# A GoogleTest program made of SRCS; its tests appear in ctest under their own names.
#
# Test code is compiled without optimization and with GoogleTest precompiled: most of the time of a
# build from nothing went into optimizing assertions.
#   barnabas_test(<name> SRCS a_test.cc DEPS log base)
function(barnabas_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "SRCS;DEPS;LIBS;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  list(TRANSFORM T_DEPS PREPEND barnabas_)
  add_executable(${name} ${T_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_BINARY_DIR}/include_roots/tests)
  target_compile_options(${name} PRIVATE ${BARNABAS_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM barnabas_test_pch)
  target_link_libraries(${name} PRIVATE ${T_DEPS} ${T_LIBS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
endfunction()
